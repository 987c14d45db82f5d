// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_REAL_TIME_OPTION;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_REAL_TIME_SLOTS;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.executor.SparkHost.TaskSlots;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of a query with {@code Trigger.RealTime}. Their tasks read until the trigger's
 * duration is over, and only then the end of a batch is known. So nothing can be admitted or
 * refused, every partition needs a task of its own all the time, and the stores keep a whole batch.
 * A task that begins when the time is over gives nothing: Spark does not let it wait for the next
 * batch. So the real-time sources of an application must not have more tasks together than it has
 * slots.
 *
 * <p>Confined to the query's thread, except for {@link #close}.
 */
final class RealTimeBatches implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RealTimeBatches.class);

  /** Task slots that the real-time sources of this application have taken; its own lock. */
  private static final Map<RealTimeBatches, Integer> TAKEN = new HashMap<>();

  private final SourceSettings settings;
  private final TaskSlots slots;

  /** Where the present batch has begun; null before the first one. */
  private @Nullable SourceOffset begun;

  private boolean warnedOfSize;
  private boolean warnedOfRetired;

  private RealTimeBatches(SourceSettings settings, TaskSlots slots) {
    this.settings = settings;
    this.slots = slots;
  }

  /**
   * Refuses options that mean nothing here.
   *
   * @throws IllegalArgumentException if one is given
   */
  static void requireOptions(SourceOptions options) {
    if (options.ackMode() == AckMode.PROCESSED) {
      throw refused(
          "ackMode=processed",
          """
          A broker sends no more than receiveMaximum messages before one is acknowledged, and with \
          this trigger that would be once for each batch of minutes. Use ackMode=stored, or \
          Trigger.ProcessingTime.""");
    }
    requireAbsent("maxOffsetsPerTrigger", options.maxOffsetsPerTrigger().isPresent());
    requireAbsent("minOffsetsPerTrigger", options.minOffsetsPerTrigger().isPresent());
    requireAbsent("maxBytesPerTrigger", options.maxBytesPerTrigger().isPresent());
  }

  private static void requireAbsent(String option, boolean given) {
    if (given) {
      throw refused(
          option,
          """
          A batch has no planned end there: its tasks read all that comes until the time of the \
          batch is over. Remove the option, or use Trigger.ProcessingTime.""");
    }
  }

  private static IllegalArgumentException refused(String option, String why) {
    return new IllegalArgumentException(
        MQTT_REAL_TIME_OPTION.message(
            "Trigger.RealTime does not go together with %s. %s".formatted(option, why)));
  }

  /**
   * For a run that is about to start: takes a task slot for each partition that is not retired.
   *
   * @throws IllegalStateException if there are fewer, beside those of other real-time sources
   */
  static RealTimeBatches of(ResolvedSource source) {
    RealTimeBatches batches = new RealTimeBatches(source.settings(), source.host().taskSlots());
    batches.take();
    return batches;
  }

  private void take() {
    int needed = settings.members();
    // The wait for executors must not hold up other queries.
    int present = slots.await(needed + others());
    synchronized (TAKEN) {
      int others = others();
      if (present < needed + others) {
        throw new IllegalStateException(
            MQTT_REAL_TIME_SLOTS.message(missing(needed, present, others)));
      }
      TAKEN.put(this, needed);
    }
  }

  /** The slots that other real-time sources of the application have taken. */
  private int others() {
    synchronized (TAKEN) {
      return TAKEN.entrySet().stream()
          .filter(each -> each.getKey() != this)
          .mapToInt(Map.Entry::getValue)
          .sum();
    }
  }

  private static String missing(int needed, int present, int others) {
    int all = needed + others;
    return """
        Trigger.RealTime needs %d task slots at the same time, one for each partition%s, but the \
        application has %d: %d are missing. A partition whose task has no slot gives no rows. Give \
        the application more cores (spark.executor.cores and spark.executor.instances, or \
        local[%d] in local mode), or start a new query with fewer partitions."""
        .formatted(
            all,
            others == 0 ? "" : ", %d of them for other real-time sources".formatted(others),
            present,
            all - present,
            all);
  }

  /**
   * Takes note that a batch begins.
   *
   * @param tasks for each partition that may get messages or has some
   * @return those of them that have a slot: all of the partitions that are not retired, and of the
   *     others as many as there are slots left
   */
  List<MqttInputPartition> begin(SourceOffset from, List<MqttInputPartition> tasks) {
    begun = from;
    int needed = settings.members();
    int present = slots.await(0);
    List<MqttInputPartition> begins = new ArrayList<>();
    List<Integer> without = new ArrayList<>();
    synchronized (TAKEN) {
      int others = others();
      if (present < needed + others) {
        // An executor may have gone, and another may be on its way.
        LOG.warn("{}", MQTT_REAL_TIME_SLOTS.message(missing(needed, present, others)));
      }
      int left = present - needed - others;
      for (MqttInputPartition task : tasks) {
        if (!settings.isRetired(task.partition()) || left-- > 0) {
          begins.add(task);
        } else {
          without.add(task.partition());
        }
      }
      TAKEN.put(this, Math.max(needed, begins.size()));
    }
    warnOfRetired(without);
    return begins;
  }

  private void warnOfRetired(List<Integer> without) {
    if (!without.isEmpty() && !warnedOfRetired) {
      warnedOfRetired = true;
      LOG.warn(
          """
          The retired partitions {} hold messages, or may get some, and there are no task slots \
          for them: the query reads them when it has more slots, or in a run with \
          Trigger.AvailableNow""",
          without);
    }
  }

  /**
   * A store keeps a batch until the next one has begun, and the next one's messages meanwhile.
   *
   * @param stored before the batch is trimmed
   */
  private void checkSize(SourceOffset from, SourceOffset until, StoredMessages stored) {
    for (int partition = 0; partition < until.partitions() && !warnedOfSize; partition++) {
      double bytes =
          (until.get(partition) - from.get(partition)) * stored.bytesPerMessage(partition);
      if (2 * bytes > settings.storeMaxBytes()) {
        warnedOfSize = true;
        LOG.warn(
            """
            A batch of partition {} takes about {} bytes of its store, and a store must hold two: \
            storeMaxBytes={} is too small for the duration of Trigger.RealTime. A store that is \
            full gets nothing more until the batch is over. Shorten the duration, or raise \
            storeMaxBytes""",
            partition,
            (long) bytes,
            settings.storeMaxBytes());
      }
    }
  }

  /**
   * Where the present batch ends: where its tasks have stopped.
   *
   * @param until by partition; a partition without a task stays where it was
   * @param stored what the stores hold at the end of the batch
   */
  SourceOffset end(Map<Integer, Long> until, StoredMessages stored) {
    SourceOffset from = begun;
    if (from == null) {
      throw new IllegalStateException("No batch has begun");
    }
    long[] ends = from.toArray();
    until.forEach((partition, end) -> ends[partition] = Math.max(ends[partition], end));
    SourceOffset end = SourceOffset.of(ends);
    checkSize(from, end, stored);
    return end;
  }

  /** Gives the slots back. */
  @Override
  public void close() {
    synchronized (TAKEN) {
      TAKEN.remove(this);
    }
  }
}
