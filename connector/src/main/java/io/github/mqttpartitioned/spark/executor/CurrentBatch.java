// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import java.util.OptionalLong;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;

/**
 * Tells which micro-batch the calling thread works for. Spark keeps the number of the batch in a
 * local property of the query's thread.
 */
public final class CurrentBatch {

  private static final String BATCH_ID = "streaming.sql.batchId";

  private CurrentBatch() {}

  /** The number of the batch that Spark plans or runs on this thread; empty outside of a query. */
  public static OptionalLong id() {
    if (SparkEnv.get() == null) {
      return OptionalLong.empty();
    }
    String id = SparkContext.getOrCreate().getLocalProperty(BATCH_ID);
    return id == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(id));
  }
}
