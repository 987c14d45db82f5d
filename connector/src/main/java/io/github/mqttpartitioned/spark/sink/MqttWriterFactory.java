// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.metrics.SinkMeters;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.sender.SenderListener;
import io.github.mqttpartitioned.spark.executor.ThisExecutor;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.streaming.StreamingDataWriterFactory;

/**
 * What a task needs to write its rows. Spark sends it to the executors.
 *
 * @param deduplication whether messages say which row of the query they are
 */
record MqttWriterFactory(
    SinkSettings settings, SinkLayout layout, String queryId, boolean deduplication)
    implements DataWriterFactory, StreamingDataWriterFactory {

  /** A batch has one epoch. */
  private static final long BATCH_EPOCH = 0;

  @Override
  public DataWriter<InternalRow> createWriter(int partition, long taskId) {
    return new MqttDataWriter(this, partition, BATCH_EPOCH);
  }

  @Override
  public DataWriter<InternalRow> createWriter(int partition, long taskId, long epoch) {
    return new MqttDataWriter(this, partition, epoch);
  }

  String executor() {
    return ThisExecutor.id();
  }

  SenderListener meters(int partition) {
    return SinkMeters.of(settings.clientIdPrefix(), partition, ThisExecutor.id());
  }
}
