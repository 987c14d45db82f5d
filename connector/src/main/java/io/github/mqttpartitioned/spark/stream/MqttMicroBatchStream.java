// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_START_STOPPED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_TRIGGER_NOT_SUPPORTED;
import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.MqttPartitionReaderFactory;
import io.github.mqttpartitioned.spark.stream.StreamState.NotStarted;
import io.github.mqttpartitioned.spark.stream.StreamState.Resolved;
import io.github.mqttpartitioned.spark.stream.StreamState.Running;
import io.github.mqttpartitioned.spark.stream.StreamState.Unresolved;
import io.github.mqttpartitioned.spark.stream.plan.AdmissionLimits;
import io.github.mqttpartitioned.spark.stream.plan.BatchEnd;
import io.github.mqttpartitioned.spark.stream.plan.EndOffsetPlanner;
import io.github.mqttpartitioned.spark.stream.plan.IdleWait;
import io.github.mqttpartitioned.spark.stream.plan.Sleeper;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
 * Answers Spark's calls about the source of one query, on the driver.
 *
 * <p>What Spark promises, and what follows from it:
 *
 * <ul>
 *   <li>After a restart {@link #planInputPartitions} may be the first call, with a batch that an
 *       earlier run has planned, and it may come twice. So both data calls start the members.
 *   <li>If an error happens between {@code toMicroBatchStream} and the first data call, Spark does
 *       not call {@link #stop}. So nothing runs before the first data call.
 *   <li>{@link #commit} of an offset comes when the next batch is in the offset log, and permits a
 *       trim: until then Spark can ask for the range again.
 *   <li>{@link #latestOffset} with a start comes when every batch before that start is complete, in
 *       the sink and in Spark's own log. It permits to acknowledge.
 *   <li>Spark takes another JSON text for new data, and asks every 10 ms. So offsets never go back,
 *       and a call costs no more than a look at what the nodes have last said. While there is
 *       nothing new, a call takes its time, see {@link IdleWait}.
 *   <li>{@link #commit} and {@link #stop} must not throw: the batch that they are about is
 *       complete.
 * </ul>
 *
 * <p>Confined to the query's thread, except for {@link #metrics}, {@link #reportLatestOffset},
 * {@link #stop} and {@link #toString}.
 */
public class MqttMicroBatchStream
    implements MicroBatchStream,
        SupportsTriggerAvailableNow,
        ReportsSourceMetrics,
        AcceptsLatestSeenOffset {

  private static final Logger LOG = LoggerFactory.getLogger(MqttMicroBatchStream.class);

  private final SourceOptions options;
  private final String description;
  private final String checkpointLocation;
  private final Supplier<SparkHost> host;
  private final LongSupplier nanoTime;
  private final Sleeper sleeper;
  private final IdleWait idle;
  private final AtomicReference<StreamState> state =
      new AtomicReference<>(new Unresolved(RunRequest.NONE));

  /** The offset that was parsed last: an idle Spark asks with the same text every 10 ms. */
  private SourceOffset parsed = SourceOffset.zero(1);

  /**
   * @param description shown in plans and in the UI
   * @param host asked once, by the first call that needs it
   * @param nanoTime a clock that only goes forward
   */
  public MqttMicroBatchStream(
      SourceOptions options,
      String description,
      String checkpointLocation,
      Supplier<SparkHost> host,
      LongSupplier nanoTime,
      Sleeper sleeper) {
    this.options = options;
    this.description = description;
    this.checkpointLocation = checkpointLocation;
    this.host = host;
    this.nanoTime = nanoTime;
    this.sleeper = sleeper;
    this.idle = new IdleWait(nanoTime, sleeper);
  }

  @Override
  public void setLatestSeenOffset(Offset offset) {
    request(request -> request.withLatestSeen(offset));
  }

  @Override
  public void prepareForTriggerAvailableNow() {
    request(RunRequest::withAvailableNow);
  }

  /** Whether the query runs with {@code Trigger.RealTime}. */
  public final boolean isRealTime() {
    return state().isRealTime();
  }

  /**
   * Takes note that the query runs with {@code Trigger.RealTime}.
   *
   * @throws IllegalArgumentException if an option has no meaning there
   */
  protected final void prepareRealTime() {
    RealTimeBatches.requireOptions(options);
    request(RunRequest::withRealTime);
  }

  private void request(UnaryOperator<RunRequest> change) {
    StreamState now = state();
    if (!(now instanceof NotStarted waiting)) {
      throw new IllegalStateException("Spark must say this before it asks for data");
    }
    advance(waiting, waiting.with(change.apply(waiting.request())));
  }

  @Override
  public ReadLimit getDefaultReadLimit() {
    return AdmissionLimits.of(options);
  }

  @Override
  public Offset initialOffset() {
    return SourceOffset.zero(resolved().settings().partitions());
  }

  @Override
  public Offset deserializeOffset(String json) {
    if (!parsed.json().equals(json)) {
      parsed = SourceOffset.parse(json);
    }
    return parsed;
  }

  @Override
  public Offset latestOffset() {
    throw new UnsupportedOperationException("Spark asks with a read limit");
  }

  @Override
  public Offset latestOffset(Offset start, ReadLimit limit) {
    if (limit.equals(ReadLimit.allAvailable())) {
      // The source's own limit is another one. Spark asks like this with Trigger.Once alone.
      throw new UnsupportedOperationException(
          MQTT_TRIGGER_NOT_SUPPORTED.message(
              """
              Trigger.Once takes what has arrived when the batch is planned, which is a part of \
              what the broker holds. Take Trigger.AvailableNow: it waits for all of it."""));
    }
    SourceOffset from = own(start);
    Running run = running(from, retention -> Trimming.resumingAt(retention, from));
    RunningSource source = run.running();
    source.processed(from);
    while (true) {
      trim(run);
      BatchEnd end = run.planner().end(from, limit, source::stored);
      if (run.realTime() != null) {
        // Spark does not plan with it, and a batch begins whether there is something or not.
        return end.available();
      }
      source.planned(end.until());
      if (!end.isEmpty()) {
        idle.found();
        source.meters().batchBegins();
        return end.until();
      }
      if (end.needsRoom()) {
        run.trimming().makeRoom();
        trim(run);
      }
      if (run.planner().isAvailableNow()
          || !idle.forNews(() -> !source.stored().extents().equals(end.stored().extents()))) {
        // Without new data Spark must get the same text, also when partitions have been added.
        return start;
      }
    }
  }

  private static void trim(Running run) {
    run.trimming().due().ifPresent(run.running()::trim);
  }

  @Override
  public @Nullable Offset reportLatestOffset() {
    return state().lastAvailable();
  }

  @Override
  public InputPartition[] planInputPartitions(Offset start, Offset end) {
    SourceOffset from = own(start);
    SourceOffset until = own(end);
    Running run = running(from.max(until), retention -> Trimming.repeatingFrom(retention, from));
    run.running().meters().batchBegins();
    return run.running().tasks(from, until).toArray(InputPartition[]::new);
  }

  /** The tasks of a batch of {@code Trigger.RealTime}. */
  protected final InputPartition[] planOpenTasks(Offset start) {
    SourceOffset from = own(start);
    Running run = running(from, retention -> Trimming.resumingAt(retention, from));
    List<MqttInputPartition> tasks =
        requireNonNull(run.realTime()).begin(from, run.running().openTasks(from));
    run.running().meters().batchBegins();
    return tasks.toArray(InputPartition[]::new);
  }

  /**
   * Where a batch of {@code Trigger.RealTime} has ended.
   *
   * @param until by partition: offset behind the last one that a task has read
   */
  protected final Offset endOfOpenTasks(Map<Integer, Long> until) {
    if (!(state() instanceof Running run)) {
      throw stopped();
    }
    SourceOffset end = requireNonNull(run.realTime()).end(until, run.running().lastStored());
    run.running().planned(end);
    return end;
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    ResolvedSource source = resolved();
    return new MqttPartitionReaderFactory(
        source.host().blocks(), MqttColumns.of(options), source.lossPolicy());
  }

  @Override
  public void commit(Offset end) {
    if (!(state() instanceof Running run)) {
      return;
    }
    try {
      run.trimming().committed(own(end));
      trim(run);
    } catch (RuntimeException e) {
      LOG.warn("Source {} cannot trim its stores now", run.source().settings().sourceId(), e);
    }
  }

  @Override
  public void stop() {
    StreamState last = state.getAndUpdate(StreamState::stopped);
    if (last instanceof Running run) {
      close(run.running(), run.realTime());
    }
  }

  /** Spark asks at the end of each trigger, on the query's thread. */
  @Override
  public Map<String, String> metrics(Optional<Offset> latestConsumedOffset) {
    StreamState now = state();
    if (now instanceof Running run) {
      run.running().meters().triggerEnds();
    }
    SourceOffset available = available(now, latestConsumedOffset);
    SourceOffset consumed =
        available == null
            ? null
            : latestConsumedOffset
                .map(offset -> SourceOffset.of(offset, available.partitions()))
                .orElse(null);
    return OffsetMetrics.of(consumed, available, now.offsetsLost());
  }

  /** What was available when the last batch was planned; with {@code Trigger.RealTime}, now. */
  private static @Nullable SourceOffset available(StreamState now, Optional<Offset> consumed) {
    if (now instanceof Running run && run.realTime() != null && consumed.isPresent()) {
      StoredMessages stored = run.running().lastStored();
      return stored.availableFrom(
          SourceOffset.of(consumed.get(), run.source().settings().partitions()));
    }
    return now.lastAvailable();
  }

  private StreamState state() {
    return requireNonNull(state.get());
  }

  private SourceOffset own(Offset offset) {
    return SourceOffset.of(offset, resolved().settings().partitions());
  }

  private ResolvedSource resolved() {
    StreamState now = state();
    if (now instanceof Unresolved unresolved) {
      ResolvedSource source = ResolvedSource.of(options, checkpointLocation, host.get());
      advance(unresolved, new Resolved(unresolved.request(), source));
      return source;
    }
    if (now instanceof Resolved resolved) {
      return resolved.source();
    }
    if (now instanceof Running run) {
      return run.source();
    }
    throw stopped();
  }

  /**
   * The run, started by the first call.
   *
   * @param planned what Spark has planned at least
   * @param trimming of a run that begins with this call
   */
  private Running running(SourceOffset planned, Function<Retention, Trimming> trimming) {
    StreamState now = state();
    if (now instanceof Running run) {
      return run;
    }
    if (now instanceof Resolved resolved) {
      return start(resolved, planned, trimming);
    }
    throw stopped();
  }

  private Running start(
      Resolved resolved, SourceOffset planned, Function<Retention, Trimming> trimming) {
    RunRequest request = resolved.request();
    RealTimeBatches realTimeBatches =
        request.realTime() ? RealTimeBatches.of(resolved.source()) : null;
    Offset seen = request.latestSeen();
    RunningSource source = null;
    try {
      source = SourceStart.run(resolved.source(), seen == null ? planned : planned.max(own(seen)));
      Running run =
          new Running(
              resolved.source(),
              source,
              new EndOffsetPlanner(options, request.availableNow(), nanoTime, sleeper),
              trimming.apply(new Retention(options.retention(), nanoTime)),
              realTimeBatches);
      advance(resolved, run);
      return run;
    } catch (Throwable e) {
      close(source, realTimeBatches);
      throw e;
    }
  }

  private static void close(
      @Nullable RunningSource source, @Nullable RealTimeBatches realTimeBatches) {
    // Closed from right to left: the slots are free when no task can read any more.
    try (realTimeBatches;
        source) {
      LOG.debug("A run ends");
    }
  }

  /** Goes on to the next state, unless Spark has stopped the stream in the meantime. */
  private void advance(StreamState from, StreamState to) {
    if (!state.compareAndSet(from, to)) {
      throw stopped();
    }
  }

  private IllegalStateException stopped() {
    return new IllegalStateException(
        MQTT_START_STOPPED.message(
            """
            The query on checkpoint %s was stopped before its source had started. \
            Start the query again."""
                .formatted(checkpointLocation)));
  }

  @Override
  public String toString() {
    return description;
  }
}
