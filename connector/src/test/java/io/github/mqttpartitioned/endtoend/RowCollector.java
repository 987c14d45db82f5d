// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;

/**
 * A {@code foreach} sink of this JVM that keeps every row given to it, in the order in which tasks
 * give them: a row that is given twice is there twice.
 */
final class RowCollector extends ForeachWriter<Row> {

  private static final long serialVersionUID = 1L;

  private static final Map<String, List<Given>> GIVEN = new ConcurrentHashMap<>();

  /**
   * A row, as it came.
   *
   * @param epoch number of the batch
   * @param number of the message, as {@link io.github.mqttpartitioned.testkit.NumberedMessages}
   *     counts
   * @param millisLate from the receipt of the message until the sink had it
   */
  record Given(long epoch, int partition, long offset, long number, long millisLate) {}

  private final String name;
  private long epoch;

  /**
   * @param name that the rows are found by
   */
  RowCollector(String name) {
    this.name = name;
  }

  /** What has come so far. */
  static List<Given> of(String name) {
    return GIVEN.computeIfAbsent(name, key -> new CopyOnWriteArrayList<>());
  }

  @Override
  public boolean open(long partition, long batch) {
    epoch = batch;
    return true;
  }

  @Override
  public void process(Row row) {
    long received = row.<java.sql.Timestamp>getAs("timestamp").getTime();
    of(name)
        .add(
            new Given(
                epoch,
                row.<Integer>getAs("partition"),
                row.<Long>getAs("offset"),
                ByteBuffer.wrap(row.<byte[]>getAs("payload")).getLong(),
                System.currentTimeMillis() - received));
  }

  @Override
  public void close(Throwable error) {}
}
