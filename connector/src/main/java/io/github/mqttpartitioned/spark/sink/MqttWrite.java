// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.sender.SendCounts;
import io.github.mqttpartitioned.spark.sink.MqttDataWriter.Committed;
import java.util.UUID;
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

  /** Characters of an id in the client identifiers of its senders. */
  private static final int SHORT_ID = 8;

  /**
   * Each batch write has another query id. Those of a driver have this one for their senders, so
   * that they share them: a stream may write a batch each second by foreachBatch.
   */
  private static final String BATCH_WRITES = UUID.randomUUID().toString();

  private final SinkOptions options;
  private final SinkLayout layout;
  private final String queryId;
  private final Consumer<SendCounts> committed;

  /**
   * @param queryId of a streaming query, which keeps it; another one for each batch write
   * @param committed hears what each batch has sent
   */
  MqttWrite(
      SinkOptions options, SinkLayout layout, String queryId, Consumer<SendCounts> committed) {
    this.options = options;
    this.layout = layout;
    this.queryId = queryId;
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
    return factory(settings(BATCH_WRITES));
  }

  @Override
  public MqttWriterFactory createStreamingWriterFactory(PhysicalWriteInfo info) {
    return factory(streamingSettings());
  }

  SinkSettings streamingSettings() {
    return settings(queryId);
  }

  private SinkSettings settings(String owner) {
    return options.settings("mqp-sink-" + owner.substring(0, Math.min(SHORT_ID, owner.length())));
  }

  private MqttWriterFactory factory(SinkSettings settings) {
    return new MqttWriterFactory(settings, layout, queryId, options.deduplicationProperties());
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
