// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.option.AckMode;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import io.github.mqttpartitioned.spark.read.MqttPartitionReaderFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.streaming.AcceptsLatestSeenOffset;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.apache.spark.sql.connector.read.streaming.ReportsSourceMetrics;
import org.apache.spark.sql.connector.read.streaming.SupportsTriggerAvailableNow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers Spark's calls about one query's source, on the driver.
 *
 * <p>What Spark promises, and what follows from it:
 *
 * <ul>
 *   <li>After a restart {@link #planInputPartitions} may be the first call, with a batch that was
 *       planned by an earlier run, and it may come twice. So either data call starts the members.
 *   <li>An error between {@code toMicroBatchStream} and the first data call leaks what runs then.
 *       So nothing does before.
 *   <li>{@link #commit} of an offset comes when the next batch is in the offset log, and permits a
 *       trim: until then the range can be asked for again. A run does not know what an earlier one
 *       has committed, but a batch that it is asked to plan again tells: what lies before it is
 *       done with. See also {@link #makeRoom}.
 *   <li>{@link #latestOffset} with a start comes when every batch before that start is complete, in
 *       the sink and in Spark's own log. It permits to acknowledge.
 *   <li>New data means another JSON text, asked for every 10 ms. So offsets never go backwards, and
 *       a call costs no more than a look at what the nodes have last said. While there is nothing
 *       new a call takes its time, see {@link IdleWait}.
 *   <li>{@link #commit} and {@link #stop} must not throw: the batch that they are about is done.
 * </ul>
 *
 * <p>Confined to the query's thread but for {@link #metrics}, {@link #stop} and {@link #toString}.
 */
public final class MqttMicroBatchStream
    implements MicroBatchStream,
        SupportsTriggerAvailableNow,
        ReportsSourceMetrics,
        AcceptsLatestSeenOffset {

  private static final Logger LOG = LoggerFactory.getLogger(MqttMicroBatchStream.class);

  private final SourceOptions options;
  private final String description;
  private final String checkpointLocation;
  private final Supplier<SparkHost> host;
  private final AdmissionControl admission;
  private final Retention retention;
  private final Drain drain;
  private final IdleWait idle;
  private final WindowExhaustion standstill;

  /** What Spark last gave to be read: it asks with the same text every 10 ms while idle. */
  private @Nullable SourceOffset deserialized;

  /** As Spark has read it from its log; not parsed before something is to be started. */
  private @Nullable Offset latestSeen;

  private boolean availableNow;

  /** Where a run with Trigger.AvailableNow ends, once that is known. */
  private @Nullable SourceOffset target;

  /** Where this run goes on, if the batch before is complete. */
  private @Nullable SourceOffset resumedAt;

  /** Whether this run has been told what Spark needs no more. */
  private boolean committed;

  private @Nullable ResolvedSource resolved;
  private volatile @Nullable DataLoss loss;
  private volatile @Nullable SourceOffset latest;
  private volatile @Nullable RunningSource running;

  /**
   * @param description shown in plans and the UI
   * @param host asked once, by the first call that needs it
   * @param nanoTime a clock that only goes forward
   */
  public MqttMicroBatchStream(
      SourceOptions options,
      String description,
      String checkpointLocation,
      Supplier<SparkHost> host,
      LongSupplier nanoTime,
      Sleeper pause) {
    this.options = options;
    this.description = description;
    this.checkpointLocation = checkpointLocation;
    this.host = host;
    this.admission = new AdmissionControl(nanoTime);
    this.retention = new Retention(options.retention(), nanoTime);
    this.drain = new Drain(options.drainTimeout(), options.connectTimeout(), nanoTime, pause);
    this.idle = new IdleWait(nanoTime, pause);
    this.standstill = new WindowExhaustion(options.receiveMaximum(), nanoTime);
  }

  @Override
  public Offset initialOffset() {
    return SourceOffset.zero(resolved().settings().partitions());
  }

  @Override
  public Offset deserializeOffset(String json) {
    SourceOffset same = deserialized;
    if (same == null || !same.json().equals(json)) {
      same = SourceOffset.parse(json);
      deserialized = same;
    }
    return same;
  }

  @Override
  public void setLatestSeenOffset(Offset offset) {
    latestSeen = offset;
  }

  @Override
  public void prepareForTriggerAvailableNow() {
    availableNow = true;
  }

  @Override
  public ReadLimit getDefaultReadLimit() {
    return AdmissionLimits.of(options);
  }

  @Override
  public Offset latestOffset() {
    throw new UnsupportedOperationException("Spark asks with a read limit");
  }

  @Override
  public Offset latestOffset(Offset start, ReadLimit limit) {
    SourceOffset from = own(start);
    if (running == null) {
      resumedAt = from;
    }
    RunningSource source = running(from);
    source.processed(from);
    source.meters().processed(from);
    retention.expired().ifPresent(source::trim);
    List<LogExtent> extents = source.extents();
    SourceOffset stored = available(source, from);
    latest = stored;
    SourceOffset available = source.sparingFullStores(from, stored);
    SourceOffset until =
        limit instanceof AdmissionLimits limits
            ? admitted(source, from, available, extents, limits)
            : available;
    source.planned(until);
    if (until.equals(from)) {
      makeRoom(source);
      if (!availableNow && idle.forNews(() -> !source.extents().equals(extents))) {
        return latestOffset(start, limit);
      }
      // No new data must be the same text, also when partitions have been added since.
      return start;
    }
    idle.found();
    source.meters().batchBegins();
    return until;
  }

  /**
   * A run that begins with full stores whose messages are all processed would wait for ever: no
   * room, so no message, no batch and no commit that makes room. Where a run goes on is in Spark's
   * log of complete batches, so what lies before that may go when nothing else can.
   */
  private void makeRoom(RunningSource source) {
    SourceOffset before = resumedAt;
    if (before != null && !committed && source.isStoreFull()) {
      committed = true;
      retention.committed(before);
      retention.expired().ifPresent(source::trim);
    }
  }

  private SourceOffset admitted(
      RunningSource source,
      SourceOffset from,
      SourceOffset available,
      List<LogExtent> extents,
      AdmissionLimits limits) {
    // What is lost is passed over, not taken out of the limits.
    SourceOffset readable =
        options.failOnDataLoss() ? from : from.max(earliest(extents)).min(available);
    List<PartitionStatus> status = limits.maxBytes().isPresent() ? source.status() : List.of();
    long[] until =
        admission.until(
            readable.toArray(),
            available.toArray(),
            isMinimumWaived(from, available) ? limits.withoutMinimum() : limits,
            partition -> bytesPerMessage(status.get(partition)));
    return SourceOffset.of(until);
  }

  private boolean isMinimumWaived(SourceOffset from, SourceOffset available) {
    return availableNow
        || running(from).isStoreFull()
        || (options.ackMode() == AckMode.PROCESSED && standstill.isReached(from, available));
  }

  private SourceOffset available(RunningSource source, SourceOffset from) {
    if (!availableNow) {
      return source.available(from);
    }
    SourceOffset end = target;
    if (end == null) {
      end = SourceOffset.of(drain.await(source::status)).max(from);
      LOG.info("Source {} ends this run at {}", source.sourceId(), end.json());
    } else {
      end = source.withinStores(end);
      if (options.ackMode() == AckMode.PROCESSED && from.covers(end)) {
        // The broker may have held back more than its window: now it can send.
        SourceOffset stored = source.available(from);
        end = stored.equals(from) ? SourceOffset.of(drain.await(source::status)).max(from) : stored;
      }
    }
    target = end;
    return end.max(from);
  }

  private static SourceOffset earliest(List<LogExtent> extents) {
    return SourceOffset.of(extents.stream().mapToLong(LogExtent::earliest).toArray());
  }

  private static double bytesPerMessage(PartitionStatus status) {
    long messages = status.extent().next() - status.extent().earliest();
    return messages == 0 ? 0 : (double) status.storeBytes() / messages;
  }

  @Override
  public @Nullable Offset reportLatestOffset() {
    return latest;
  }

  @Override
  public InputPartition[] planInputPartitions(Offset start, Offset end) {
    SourceOffset from = own(start);
    SourceOffset until = own(end);
    boolean first = running == null;
    RunningSource source = running(from.max(until));
    if (first) {
      retention.committed(from);
      committed = true;
    }
    source.meters().batchBegins();
    return source.plan(from, until).toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return new MqttPartitionReaderFactory(
        resolved().host().blocks(), options.includeProperties(), lossPolicy());
  }

  @Override
  public void commit(Offset end) {
    RunningSource source = running;
    if (source == null) {
      return;
    }
    try {
      retention.committed(own(end));
      committed = true;
      retention.expired().ifPresent(source::trim);
    } catch (RuntimeException e) {
      LOG.warn("Source {} cannot trim its stores now", source.sourceId(), e);
    }
  }

  @Override
  public void stop() {
    RunningSource source = running;
    running = null;
    if (source != null) {
      source.close();
    }
  }

  /** Spark asks at the end of each trigger, on the query's thread. */
  @Override
  public Map<String, String> metrics(Optional<Offset> latestConsumedOffset) {
    RunningSource source = running;
    if (source != null) {
      source.meters().triggerEnds();
    }
    SourceOffset available = latest;
    DataLoss lost = loss;
    SourceOffset consumed =
        available == null
            ? null
            : latestConsumedOffset
                .map(offset -> SourceOffset.of(offset, available.partitions()))
                .orElse(null);
    return OffsetMetrics.of(consumed, available, lost == null ? 0 : lost.offsets());
  }

  private SourceOffset own(Offset offset) {
    return SourceOffset.of(offset, resolved().settings().partitions());
  }

  private LossPolicy lossPolicy() {
    return new LossPolicy(
        options.failOnDataLoss(),
        options.ackMode() == AckMode.PROCESSED
            && resolved().identity().ackMode() == AckMode.PROCESSED);
  }

  private ResolvedSource resolved() {
    ResolvedSource source = resolved;
    if (source == null) {
      source = ResolvedSource.of(options, checkpointLocation, host.get());
      resolved = source;
    }
    return source;
  }

  /**
   * The members and stores, started by the first call.
   *
   * @param planned what Spark has planned at least
   */
  private RunningSource running(SourceOffset planned) {
    RunningSource source = running;
    if (source == null) {
      SourceSettings settings = resolved().settings();
      DataLoss losses = new DataLoss(lossPolicy(), settings.storeDir(), settings.partitions());
      loss = losses;
      source =
          RunningSource.start(
              resolved(),
              options,
              losses,
              latestSeen == null ? planned : planned.max(own(latestSeen)));
      running = source;
    }
    return source;
  }

  @Override
  public String toString() {
    return description;
  }
}
