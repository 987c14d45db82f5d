package io.github.mqttpartitioned.examples.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/** What the query last found out about the factory, for the view. Thread-safe. */
final class Board {

  /** Devices whose readings are shown. */
  static final List<String> WATCHED = List.of("press-100", "robot-219", "oven-338", "mill-446");

  /**
   * A hall.
   *
   * @param messages of it in this run
   * @param averages of the last batch, by kind
   * @param alerts readings above the alarm level in this run
   */
  record Hall(String name, long messages, Map<Kind, Double> averages, long alerts) {}

  /** The last reading of a sensor. */
  record Reading(String device, String kind, double value, long receivedMillis) {}

  private final Map<String, Hall> halls = new TreeMap<>();
  private final Map<String, Reading> readings = new LinkedHashMap<>();

  /** Takes in rows of hall, messages, an average for each kind in their order, alerts. */
  synchronized void halls(List<Row> rows) {
    for (Row row : rows) {
      if (row.isNullAt(0)) {
        continue;
      }
      String name = row.getString(0);
      Map<Kind, Double> averages = new LinkedHashMap<>();
      for (Kind kind : Kind.values()) {
        int column = row.fieldIndex(kind.level());
        if (!row.isNullAt(column)) {
          averages.put(kind, row.getDouble(column));
        }
      }
      @Nullable Hall before = halls.get(name);
      halls.put(
          name,
          new Hall(
              name,
              row.<Long>getAs("messages") + (before == null ? 0 : before.messages()),
              averages,
              row.<Long>getAs("alerts") + (before == null ? 0 : before.alerts())));
    }
  }

  /** Takes in rows of run, device, sequence number, time of receipt, kind and value. */
  synchronized void readings(List<Row> rows) {
    for (Row row : rows) {
      String device = row.getString(1);
      if (device != null && WATCHED.contains(device) && !row.isNullAt(5)) {
        readings.put(
            device,
            new Reading(device, row.getString(4), row.getDouble(5), row.getTimestamp(3).getTime()));
      }
    }
  }

  synchronized List<Hall> halls() {
    return new ArrayList<>(halls.values());
  }

  synchronized List<Reading> readings() {
    return WATCHED.stream().filter(readings::containsKey).map(readings::get).toList();
  }
}
