// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.sender.SendCounts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** A sum over all tasks of a batch, shown in the SQL tab of Spark's UI. */
public final class SinkMetric extends CustomSumMetric {

  private static final List<SinkMetric> ALL =
      List.of(
          new SinkMetric("messagesSent", "messages sent", SendCounts::sent),
          new SinkMetric("bytesSent", "bytes of the messages sent", SendCounts::bytes),
          new SinkMetric(
              "messagesConfirmed",
              "messages of QoS 1 and 2 that the broker has confirmed",
              SendCounts::confirmed),
          new SinkMetric(
              "messagesWithoutSubscribers",
              "messages confirmed that no one had subscribed to",
              SendCounts::noSubscribers),
          new SinkMetric(
              "messagesSentAgain",
              "messages sent again after a lost connection",
              SendCounts::sentAgain));

  private final String name;
  private final String description;
  private final ToLongFunction<SendCounts> value;

  /** For Spark only: it creates an instance by reflection to add up the values of the tasks. */
  public SinkMetric() {
    this("sum", "sum", counts -> 0);
  }

  private SinkMetric(String name, String description, ToLongFunction<SendCounts> value) {
    this.name = name;
    this.description = description;
    this.value = value;
  }

  static CustomMetric[] all() {
    return ALL.toArray(CustomMetric[]::new);
  }

  /** The values of one task. */
  static CustomTaskMetric[] of(SendCounts counts) {
    return ALL.stream()
        .map(metric -> new TaskValue(metric.name, metric.value.applyAsLong(counts)))
        .toArray(CustomTaskMetric[]::new);
  }

  /** Totals by name, as a query's progress shows them. */
  static Map<String, String> totals(SendCounts counts) {
    Map<String, String> totals = new LinkedHashMap<>();
    ALL.forEach(
        metric -> totals.put(metric.name, String.valueOf(metric.value.applyAsLong(counts))));
    return totals;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  private record TaskValue(String name, long value) implements CustomTaskMetric {}
}
