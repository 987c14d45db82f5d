// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.sender.SendCounts;
import io.github.mqttpartitioned.spark.sink.MqttDataWriter.Committed;
import java.util.function.Consumer;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.connector.write.streaming.StreamingWrite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One batch, or the batches of a streaming query, on their way to the brokers. */
final class MqttWrite implements Write, BatchWrite, StreamingWrite {

  private static final Logger LOG = LoggerFactory.getLogger(MqttWrite.class);

  private final SinkOptions options;
  private final MqttWriterFactory factory;
  private final Consumer<SendCounts> committed;

  /**
   * @param committed hears what each batch has sent
   */
  MqttWrite(SinkOptions options, MqttWriterFactory factory, Consumer<SendCounts> committed) {
    this.options = options;
    this.factory = factory;
    this.committed = committed;
  }

  @Override
  public String description() {
    return "mqtt-partitioned " + options;
  }

  @Override
  public BatchWrite toBatch() {
    return this;
  }

  @Override
  public StreamingWrite toStreaming() {
    return this;
  }

  @Override
  public CustomMetric[] supportedCustomMetrics() {
    return SinkMetric.all();
  }

  /** A task that ends has sent its rows: there is nothing that the driver could still allow. */
  @Override
  public boolean useCommitCoordinator() {
    return false;
  }

  @Override
  public MqttWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    return factory;
  }

  @Override
  public MqttWriterFactory createStreamingWriterFactory(PhysicalWriteInfo info) {
    return factory;
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    committed.accept(total(messages));
  }

  @Override
  public void commit(long epoch, WriterCommitMessage[] messages) {
    commit(messages);
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    SendCounts done = total(messages);
    LOG.warn(
        """
        The batch has failed. Its ended tasks had sent {} messages; the log of the executors says \
        what the other tasks had sent""",
        done.sent());
  }

  @Override
  public void abort(long epoch, WriterCommitMessage[] messages) {
    abort(messages);
  }

  private static SendCounts total(WriterCommitMessage[] messages) {
    SendCounts total = SendCounts.NONE;
    for (WriterCommitMessage message : messages) {
      // The message of a task that has not ended is null.
      if (message instanceof Committed task) {
        total = total.plus(task.counts());
      }
    }
    return total;
  }
}
