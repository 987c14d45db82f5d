// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.latency;

import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;

/** A {@code foreach} sink that notes when each payload reaches it. */
final class RowSink extends ForeachWriter<Row> {

  private static final long serialVersionUID = 1L;

  @Override
  public boolean open(long partition, long batch) {
    return true;
  }

  @Override
  public void process(Row row) {
    Latencies.OF_THIS_JVM.arrived(row.getAs(0), System.nanoTime());
  }

  @Override
  public void close(Throwable error) {}
}
