// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.factory.Kind;
import io.github.mqttpartitioned.examples.factory.Readings;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Turns a {@link Snapshot} into text. Immutable. */
final class Screen {

  private static final int BAR = 30;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

  private final boolean unicode;
  private final String steps;
  private final String full;
  private final String empty;

  /**
   * @param unicode whether block characters can be shown
   */
  Screen(boolean unicode) {
    this.unicode = unicode;
    this.steps = unicode ? "▁▂▃▄▅▆▇█" : ".:-=+*%#";
    this.full = unicode ? "█" : "#";
    this.empty = unicode ? "░" : ".";
  }

  /** One line that says the most important. */
  static String line(Snapshot now) {
    return String.format(
            Locale.ROOT,
            "%s connected %d published %,d (%,.0f/s) processed %,d (%,.0f/s) lag %,d (%s) stored %s",
            clock(now.elapsed()),
            now.connected(),
            now.sums().published(),
            now.publishedRate(),
            now.sums().processed(),
            now.processedRate(),
            now.lag(),
            pace(now),
            bytes(now.storedBytes()))
        + now.batch()
            .map(
                batch ->
                    String.format(
                        Locale.ROOT,
                        " batch %d: %,d rows in %,d ms, by partition %s/s",
                        batch.number(),
                        batch.rows(),
                        batch.millis(),
                        batch.partitions().stream()
                            .map(partition -> String.format(Locale.ROOT, "%.0f", partition.rate()))
                            .collect(Collectors.joining(" "))))
            .orElse("");
  }

  /** The whole view, always of the same number of lines. */
  List<String> lines(Snapshot now) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "  MQTT %s Spark   %s   %d of %d members connected   %s   Ctrl-C ends"
            .formatted(
                unicode ? "→" : "->",
                now.broker(),
                now.connected(),
                Readings.PARTITIONS,
                clock(now.elapsed())));
    lines.add("");
    lines.add(flow("published", now.sums().published(), now.publishedRates(), now));
    lines.add(flow("processed", now.sums().processed(), now.processedRates(), now));
    lines.add(
        String.format(
            Locale.ROOT,
            "  %-12s%,12d   %s   duplicated %,d   stored %s",
            "lag",
            now.lag(),
            pace(now),
            now.sums().duplicated(),
            bytes(now.storedBytes())));
    lines.add(
        "  "
            + now.batch()
                .map(
                    batch ->
                        String.format(
                            Locale.ROOT,
                            "%-12s%,12d   %,d rows in %,d ms",
                            "batch",
                            batch.number(),
                            batch.rows(),
                            batch.millis()))
                .orElse("no batch yet"));
    lines.add("");
    addPartitions(lines, now);
    lines.add("");
    addHalls(lines, now);
    lines.add("");
    addReadings(lines, now);
    return unicode ? lines : lines.stream().map(line -> line.replace("°", "")).toList();
  }

  /** How far the query is behind, and whether that is no more than its micro-batches explain. */
  private static String pace(Snapshot now) {
    return String.format(
        Locale.ROOT, "%.1f s, %s", now.lagSeconds(), now.keepsUp() ? "keeps up" : "falls behind");
  }

  private String flow(String what, long count, List<Double> rates, Snapshot now) {
    double most =
        Math.max(
            1,
            Math.max(
                now.publishedRates().stream().mapToDouble(rate -> rate).max().orElse(0),
                now.processedRates().stream().mapToDouble(rate -> rate).max().orElse(0)));
    String course =
        rates.stream()
            .map(rate -> (int) Math.round(rate / most * (steps.length() - 1)))
            .map(step -> String.valueOf(steps.charAt(Math.max(0, step))))
            .collect(Collectors.joining());
    double rate = rates.isEmpty() ? 0 : rates.get(rates.size() - 1);
    return String.format(Locale.ROOT, "  %-12s%,12d %,9.0f/s   %s", what, count, rate, course);
  }

  private void addPartitions(List<String> lines, Snapshot now) {
    List<BatchListener.Partition> partitions =
        now.batch().map(BatchListener.Batch::partitions).orElse(List.of());
    double most =
        Math.max(1, partitions.stream().mapToDouble(BatchListener.Partition::rate).max().orElse(0));
    for (int i = 0; i < Readings.PARTITIONS; i++) {
      BatchListener.Partition partition =
          i < partitions.size() ? partitions.get(i) : new BatchListener.Partition(0, 0);
      int filled = (int) Math.round(partition.rate() / most * BAR);
      lines.add(
          String.format(
              Locale.ROOT,
              "  partition %d %s%s %,7.0f/s   waiting %,d",
              i,
              full.repeat(filled),
              empty.repeat(BAR - filled),
              partition.rate(),
              partition.backlog()));
    }
  }

  private static void addHalls(List<String> lines, Snapshot now) {
    lines.add(
        String.format(
            "  %-10s%12s%14s%12s%14s%9s",
            "hall", "messages", "temperature", "humidity", "vibration", "alerts"));
    for (int i = 0; i < Factory.HALLS; i++) {
      if (i >= now.halls().size()) {
        lines.add("");
        continue;
      }
      Board.Hall hall = now.halls().get(i);
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-10s%,12d%14s%12s%14s%,9d",
              hall.name(),
              hall.messages(),
              average(hall, Kind.TEMPERATURE),
              average(hall, Kind.HUMIDITY),
              average(hall, Kind.VIBRATION),
              hall.alerts()));
    }
  }

  private static String average(Board.Hall hall, Kind kind) {
    Double value = hall.averages().get(kind);
    return value == null ? "" : String.format(Locale.ROOT, "%.2f %s", value, kind.unit());
  }

  private static void addReadings(List<String> lines, Snapshot now) {
    for (BatchCount.Reading reading : now.readings()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s  %-10s %-12s %8.2f %s",
              TIME.format(Instant.ofEpochMilli(reading.receivedMillis())),
              reading.device(),
              reading.kind().level(),
              reading.value(),
              reading.kind().unit()));
    }
    for (int i = now.readings().size(); i < BatchCount.WATCHED.size(); i++) {
      lines.add("");
    }
  }

  private static String clock(Duration elapsed) {
    return String.format(Locale.ROOT, "%02d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
  }

  private static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }
}
