// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.realtime;

import io.github.mqttpartitioned.spark.executor.TaskEnd;
import io.github.mqttpartitioned.spark.read.FollowingRows;
import java.time.Duration;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeRead;

/**
 * Gives a real-time task the rows of its partition. Confined to the task's thread.
 *
 * <p>Spark 4.1 asks for a row with one argument, and 4.2 with two. Both are here, and neither is
 * marked as an override, so that one class serves all versions.
 */
final class RealTimeReader implements SupportsRealTimeRead<InternalRow> {

  private static final RecordStatus NONE = RecordStatus.newStatusWithoutArrivalTime(false);

  private final int partition;
  private final FollowingRows rows;

  /** The last status, for the rows that arrived in the same millisecond. */
  private RecordStatus status = NONE;

  private long statusMillis;

  RealTimeReader(int partition, FollowingRows rows) {
    this.partition = partition;
    this.rows = rows;
    // Spark 4.1 does not close the reader.
    TaskEnd.run(this::close);
  }

  @SuppressWarnings("MissingOverride")
  public RecordStatus nextWithTimeout(Long timeoutMillis) {
    if (!rows.next(Duration.ofMillis(timeoutMillis))) {
      return NONE;
    }
    long received = rows.receivedMillis();
    if (status == NONE || received != statusMillis) {
      statusMillis = received;
      status = RecordStatus.newStatusWithArrivalTimeMs(received);
    }
    return status;
  }

  /** The time at which the wait begins does not matter: the timeout counts from now. */
  @SuppressWarnings("MissingOverride")
  public RecordStatus nextWithTimeout(Long startMillis, Long timeoutMillis) {
    return nextWithTimeout(timeoutMillis);
  }

  @Override
  public PartitionOffset getOffset() {
    return new RealTimeOffset(partition, rows.position());
  }

  @Override
  public boolean next() {
    throw new UnsupportedOperationException("A real-time task asks with a timeout");
  }

  @Override
  public InternalRow get() {
    return rows.row();
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return rows.metrics();
  }

  @Override
  public void close() {
    rows.close();
  }
}
