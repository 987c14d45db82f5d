// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.factory.Kind;
import java.io.Serializable;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * What a task has found in the rows of its partition, or all tasks of a micro-batch in theirs:
 * which messages there were, and what the halls are like. A few kilobytes for any number of rows.
 * Confined to one thread.
 */
final class BatchCount implements Serializable {

  /** Devices whose readings are shown. */
  static final List<String> WATCHED = List.of("press-100", "robot-219", "oven-338", "mill-446");

  /** What {@link #add} asks of a row, in this order. */
  static final String[] COLUMNS = {
    "run", "device", "seq", "unix_millis(received)", "hall", "kind", "value"
  };

  /**
   * Where messages are from.
   *
   * @param run of the sensors
   * @param gateway from 0
   * @param recent whether they were received since the broker started
   */
  record Origin(String run, int gateway, boolean recent) implements Serializable {}

  /** The messages of an origin. */
  static final class Messages implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Sequences numbers = new Sequences();
    private long repeated;

    /** Those that there were at least once. */
    Sequences numbers() {
      return numbers;
    }

    /** How often one came that had come before. */
    long repeated() {
      return repeated;
    }

    private void add(long number) {
      if (!numbers.add(number)) {
        repeated++;
      }
    }

    private void add(Messages other) {
      repeated += other.repeated + numbers.addAll(other.numbers);
    }
  }

  /** The last reading of a sensor. */
  record Reading(String device, Kind kind, double value, long receivedMillis)
      implements Serializable {}

  /** A reading above the alarm level. */
  record Alert(String hall, Reading reading) implements Serializable {}

  private static final long serialVersionUID = 1L;

  private final long brokerStartedMillis;
  private final HashMap<Origin, Messages> messages = new HashMap<>();
  private final TreeMap<String, HallCount> halls = new TreeMap<>();
  private final HashMap<String, Reading> readings = new HashMap<>();
  private final TreeMap<String, Alert> alerts = new TreeMap<>();
  private long rows;
  private long foreign;

  /**
   * @param brokerStartedMillis when the broker started, if it is the demo's own, else 0
   */
  BatchCount(long brokerStartedMillis) {
    this.brokerStartedMillis = brokerStartedMillis;
  }

  /** One that has counted nothing yet. */
  BatchCount empty() {
    return new BatchCount(brokerStartedMillis);
  }

  /** Counts a row of {@link #COLUMNS}. */
  void add(Row row) {
    add(
        row.getString(0),
        row.getString(1),
        row.isNullAt(2) ? -1 : row.getLong(2),
        row.getLong(3),
        row.getString(4),
        row.getString(5),
        row.isNullAt(6) ? Double.NaN : row.getDouble(6));
  }

  void add(
      @Nullable String run,
      @Nullable String device,
      long sequence,
      long receivedMillis,
      @Nullable String hall,
      @Nullable String kindName,
      double value) {
    rows++;
    int index = Factory.indexOf(device);
    @Nullable Kind kind = kindName == null ? null : Kind.of(kindName);
    if (run == null
        || device == null
        || index < 0
        || sequence < 0
        || hall == null
        || kind == null) {
      foreign++;
      return;
    }
    boolean recent = brokerStartedMillis > 0 && receivedMillis >= brokerStartedMillis;
    messages
        .computeIfAbsent(
            new Origin(run, Factory.gatewayOf(index), recent), origin -> new Messages())
        .add(Factory.numberOf(index, sequence));
    halls.computeIfAbsent(hall, name -> new HallCount()).add(kind, value);
    if (WATCHED.contains(device)) {
      note(new Reading(device, kind, value, receivedMillis));
    }
    if (value > kind.alarm()) {
      note(new Alert(hall, new Reading(device, kind, value, receivedMillis)));
    }
  }

  private void note(Alert alert) {
    alerts.merge(
        alert.reading().device(),
        alert,
        (before, now) -> now.reading().value() >= before.reading().value() ? now : before);
  }

  private void note(Reading reading) {
    readings.merge(
        reading.device(),
        reading,
        (before, now) -> now.receivedMillis() >= before.receivedMillis() ? now : before);
  }

  /** Adds what another one has counted. */
  void merge(BatchCount other) {
    rows += other.rows;
    foreign += other.foreign;
    other.messages.forEach(
        (origin, own) -> messages.computeIfAbsent(origin, key -> new Messages()).add(own));
    other.halls.forEach(
        (hall, own) -> halls.computeIfAbsent(hall, key -> new HallCount()).add(own));
    other.readings.values().forEach(this::note);
    other.alerts.values().forEach(this::note);
  }

  long rows() {
    return rows;
  }

  /** Rows that are not from the demo's sensors. */
  long foreign() {
    return foreign;
  }

  /** Messages by their origin, those received before the broker started first. */
  List<Map.Entry<Origin, Messages>> messages() {
    return messages.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().recent()))
        .toList();
  }

  /** What each hall is like, by its name. */
  Map<String, HallCount> halls() {
    return halls;
  }

  /** The highest reading above its alarm level of each device that has one. */
  Collection<Alert> alerts() {
    return alerts.values();
  }

  /** The latest readings of those that are watched, by device. */
  Map<String, Reading> readings() {
    return readings;
  }
}
