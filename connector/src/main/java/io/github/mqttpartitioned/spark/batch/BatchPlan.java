// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_INVALID_OPTION;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_OFFSETS_LOST;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.option.settings.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offsets that a batch read takes of each partition. They depend on the options and on what the
 * stores hold, and on nothing else.
 *
 * @param extents what each store holds, by partition
 */
record BatchPlan(BatchOptions options, List<LogExtent> extents) {

  private static final Logger LOG = LoggerFactory.getLogger(BatchPlan.class);

  /** A smaller range is not divided: a task costs more than it saves. */
  private static final long MIN_SLICE = 250_000;

  BatchPlan {
    extents = List.copyOf(extents);
    requireAll(options.startingOffsets(), "startingOffsets", extents.size());
    requireAll(options.endingOffsets(), "endingOffsets", extents.size());
  }

  private static void requireAll(Positions positions, String option, int partitions) {
    if (!positions.isEach()) {
      return;
    }
    List<Integer> missing =
        IntStream.range(0, partitions)
            .filter(partition -> !positions.named().containsKey(partition))
            .boxed()
            .toList();
    List<Integer> unknown =
        positions.named().keySet().stream()
            .filter(partition -> partition >= partitions)
            .sorted()
            .toList();
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          MQTT_INVALID_OPTION.message(
              """
              Option %s must name each of the partitions 0 to %d: %s. Use -2 for the earliest \
              offset and -1 for the latest."""
                  .formatted(
                      option,
                      partitions - 1,
                      missing.isEmpty()
                          ? "there is no partition " + unknown
                          : "it lacks " + missing)));
    }
  }

  /**
   * The offsets to read of a partition, which may be none.
   *
   * @throws IllegalArgumentException if the range ends before it begins, or behind what is stored
   * @throws IllegalStateException if the range begins before what is stored, and {@code
   *     failOnDataLoss} is true
   */
  OffsetRange range(int partition) {
    LogExtent held = extents.get(partition);
    long from =
        options.startingTimestamp().isPresent()
            ? held.earliest()
            : resolve(options.startingOffsets().of(partition), held);
    long until =
        options.endingTimestamp().isPresent()
            ? held.next()
            : resolve(options.endingOffsets().of(partition), held);
    if (until > held.next()) {
      throw new IllegalArgumentException(
          MQTT_INVALID_OPTION.message(
              """
              Option endingOffsets has %d for partition %d, but its store holds %s. Give an \
              offset of at most the last of these."""
                  .formatted(until, partition, held)));
    }
    if (from < held.earliest()) {
      lost(
          partition, new OffsetRange(from, Math.max(from, Math.min(held.earliest(), until))), held);
      from = held.earliest();
      until = Math.max(from, until);
    } else if (isFromEarliest(partition) && until < from) {
      // Everything before the end that was asked for is gone.
      if (until > 0) {
        lost(partition, new OffsetRange(0, until), held);
      }
      until = from;
    }
    if (from > until) {
      throw new IllegalArgumentException(
          MQTT_INVALID_OPTION.message(
              """
              Partition %d would be read from offset %d to %d: its store holds %s. Give \
              startingOffsets that are not above endingOffsets."""
                  .formatted(partition, from, until, held)));
    }
    return new OffsetRange(from, until);
  }

  private static long resolve(long position, LogExtent held) {
    return position == Positions.EARLIEST
        ? held.earliest()
        : position == Positions.LATEST ? held.next() : position;
  }

  private void lost(int partition, OffsetRange range, LogExtent held) {
    String what =
        MQTT_OFFSETS_LOST.message(
            """
            Offsets %s of partition %d are not stored any more: its store holds %s. With option \
            retention a query keeps processed messages longer."""
                .formatted(range, partition, held));
    if (options.failOnDataLoss()) {
      throw new IllegalStateException(what);
    }
    LOG.warn("{} They are skipped, as failOnDataLoss is false", what);
  }

  /** Whether the range of a partition begins where its store begins, wherever that is. */
  boolean isFromEarliest(int partition) {
    return options.startingTimestamp().isPresent()
        || options.startingOffsets().of(partition) == Positions.EARLIEST;
  }

  /**
   * Divides a range, so that all cores have work.
   *
   * @param slices maximum number of parts
   */
  static List<OffsetRange> slices(OffsetRange range, int slices) {
    long messages = range.until() - range.from();
    long parts = Math.max(1, Math.min(slices, messages / MIN_SLICE));
    List<OffsetRange> divided = new ArrayList<>();
    for (long part = 0; part < parts; part++) {
      divided.add(
          new OffsetRange(
              range.from() + messages * part / parts,
              range.from() + messages * (part + 1) / parts));
    }
    return divided;
  }
}
