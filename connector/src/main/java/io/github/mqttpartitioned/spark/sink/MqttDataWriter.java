// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.sender.Outbox;
import io.github.mqttpartitioned.sender.SendCounts;
import io.github.mqttpartitioned.sender.Sender;
import io.github.mqttpartitioned.sender.SenderPool;
import io.github.mqttpartitioned.spark.sink.RowEncoder.RowIdentity;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of one task. Rows leave as they come, not only at the commit; the commit waits until the
 * broker has confirmed each of them. A task without rows makes no connection. Confined to the task.
 */
final class MqttDataWriter implements DataWriter<InternalRow> {

  private static final Logger LOG = LoggerFactory.getLogger(MqttDataWriter.class);

  private final MqttWriterFactory sink;
  private final int partition;
  private final long epoch;
  private final RowEncoder encoder;
  private @Nullable Sender sender;
  private @Nullable Outbox outbox;
  private SendCounts counts = SendCounts.NONE;

  MqttDataWriter(MqttWriterFactory sink, int partition, long epoch) {
    this.sink = sink;
    this.partition = partition;
    this.epoch = epoch;
    this.encoder =
        new RowEncoder(
            sink.layout(),
            partition,
            sink.deduplication() ? new RowIdentity(sink.queryId(), epoch, partition) : null);
  }

  /** What a task has done, for the driver. */
  record Committed(SendCounts counts) implements WriterCommitMessage {}

  @Override
  public void write(InternalRow row) throws IOException {
    try {
      Outbox target = outbox;
      encoder.write(row, target == null ? open() : target);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Outbox open() throws InterruptedException {
    Sender borrowed = SenderPool.ofThisJvm().borrow(sink.settings(), partition, sink.executor());
    sender = borrowed;
    Outbox opened = borrowed.begin(partition, sink.meters(partition));
    outbox = opened;
    return opened;
  }

  @Override
  public WriterCommitMessage commit() throws IOException {
    if (outbox != null && sender != null) {
      try {
        outbox.awaitConfirmed();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
      counts = outbox.counts();
      outbox = null;
      SenderPool.ofThisJvm().giveBack(sender);
      sender = null;
    }
    return new Committed(counts);
  }

  private InterruptedIOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException wrapped =
        new InterruptedIOException(
            "Task of partition %d, epoch %d was stopped".formatted(partition, epoch));
    wrapped.initCause(cause);
    return wrapped;
  }

  @Override
  public void abort() {
    if (outbox != null) {
      counts = outbox.counts();
      LOG.warn(
          """
          Partition {} of epoch {} is given up: of {} rows, {} were sent and {} confirmed. They \
          are sent once more if Spark repeats the task""",
          partition,
          epoch,
          outbox.nextRow(),
          counts.sent(),
          counts.confirmed());
    }
    close();
  }

  /** Gives up a sender that still has rows: they are not sent by the next task. */
  @Override
  public void close() {
    if (sender != null) {
      SenderPool.ofThisJvm().discard(sender);
      sender = null;
      outbox = null;
    }
  }

  @Override
  public CustomTaskMetric[] currentMetricsValues() {
    return SinkMetric.of(outbox == null ? counts : outbox.counts());
  }
}
