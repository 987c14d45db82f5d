// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_REAL_TIME_OPTION;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_REAL_TIME_SLOTS;

import io.github.mqttpartitioned.option.AckMode;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of a query with {@code Trigger.RealTime}. Their tasks read until the trigger's
 * duration is over, and only then the end of a batch is known. So nothing can be admitted or
 * refused, every partition needs a task of its own all the time, and the stores keep a whole batch.
 *
 * <p>Confined to the query's thread.
 */
final class RealTimeBatches {

  private static final Logger LOG = LoggerFactory.getLogger(RealTimeBatches.class);

  private final int partitions;
  private final long storeMaxBytes;
  private final IntSupplier slots;

  /** Where the present batch has begun; null before the first one. */
  private @Nullable SourceOffset begun;

  private boolean warnedOfSize;

  private RealTimeBatches(ResolvedSource source) {
    this.partitions = source.identity().partitions();
    this.storeMaxBytes = source.settings().storeMaxBytes();
    this.slots = source.host().taskSlots();
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
   * For a run that is about to start.
   *
   * @throws IllegalStateException if there are fewer task slots than partitions
   */
  static RealTimeBatches of(ResolvedSource source) {
    RealTimeBatches batches = new RealTimeBatches(source);
    batches.requireSlots(batches.partitions);
    return batches;
  }

  private void requireSlots(int tasks) {
    int present = slots.getAsInt();
    if (present < tasks) {
      throw new IllegalStateException(MQTT_REAL_TIME_SLOTS.message(missing(tasks, present)));
    }
  }

  private String missing(int tasks, int present) {
    return """
        Trigger.RealTime needs %d task slots at the same time, one for each partition, but the \
        application has %d: %d are missing. Give it more cores (spark.executor.cores and \
        spark.executor.instances, or local[%d] in local mode), or start a new query with fewer \
        partitions."""
        .formatted(tasks, present, tasks - present, tasks);
  }

  /**
   * Takes note that a batch begins.
   *
   * @param tasks how many it has: more than there are partitions while retired ones hold messages
   * @throws IllegalStateException if the first batch of a run has not enough slots
   */
  void begin(SourceOffset from, int tasks, StoredMessages stored) {
    SourceOffset before = begun;
    if (before == null) {
      requireSlots(tasks);
    } else {
      // An executor may have gone, and another may be on its way.
      int present = slots.getAsInt();
      if (present < tasks) {
        LOG.warn("{}", MQTT_REAL_TIME_SLOTS.message(missing(tasks, present)));
      }
      checkSize(before, from, stored);
    }
    begun = from;
  }

  /** A store keeps a batch until the next one has begun, and the next one's messages meanwhile. */
  private void checkSize(SourceOffset from, SourceOffset until, StoredMessages stored) {
    for (int partition = 0; partition < until.partitions() && !warnedOfSize; partition++) {
      double bytes =
          (until.get(partition) - from.get(partition)) * stored.bytesPerMessage(partition);
      if (2 * bytes > storeMaxBytes) {
        warnedOfSize = true;
        LOG.warn(
            """
            A batch of partition {} takes about {} bytes of its store, and a store must hold two: \
            storeMaxBytes={} is too small for the duration of Trigger.RealTime. A store that is \
            full gets nothing more until the batch is over. Shorten the duration, or raise \
            storeMaxBytes""",
            partition,
            (long) bytes,
            storeMaxBytes);
      }
    }
  }

  /**
   * Where the present batch ends: where its tasks have stopped.
   *
   * @param until by partition; a partition without a task stays where it was
   */
  SourceOffset end(Map<Integer, Long> until) {
    SourceOffset from = begun;
    if (from == null) {
      throw new IllegalStateException("No batch has begun");
    }
    long[] ends = from.toArray();
    until.forEach((partition, end) -> ends[partition] = Math.max(ends[partition], end));
    return SourceOffset.of(ends);
  }
}
