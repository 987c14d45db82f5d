// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.mqtt.topic.TopicFilters;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Options of a source that are right one by one, and contradict each other. What contradicts is
 * added to the problems of the values.
 */
final class SourceContradictions {

  private SourceContradictions() {}

  /** Checks who receives what: partitions, group, topic filters and topic columns. */
  static void checkTopics(OptionValues values) {
    checkPartitions(values);
    checkSharedFilters(values);
    checkOverlap(values);
    checkTopicColumns(values);
  }

  /** Checks how micro-batches are made and acknowledged. */
  static void checkBatches(OptionValues values) {
    checkBatchSize(values);
    checkAckMode(values);
  }

  private static void checkPartitions(OptionValues values) {
    int brokers = values.find(DeclaredSourceOptions.BROKER_URL).map(List::size).orElse(0);
    values
        .find(DeclaredSourceOptions.PARTITIONS)
        .filter(
            partitions ->
                partitions < brokers
                    && values.get(DeclaredSourceOptions.BROKER_MODE) == BrokerMode.INDEPENDENT)
        .ifPresent(
            partitions ->
                values.add(
                    OptionException.contradiction(
                        "partitions, brokerUrl",
                        "partitions (%d)".formatted(partitions),
                        "brokerUrl (%d URLs)".formatted(brokers),
                        "a broker without a partition is never read",
                        "Give at least %d partitions, or fewer URLs".formatted(brokers))));
  }

  private static void checkSharedFilters(OptionValues values) {
    values
        .find(DeclaredSourceOptions.GROUP)
        .ifPresent(
            group ->
                values.find(DeclaredSourceOptions.TOPICS).orElse(List.of()).stream()
                    .map(filter -> filter.shared(group).getBytes(StandardCharsets.UTF_8).length)
                    .filter(bytes -> bytes > 65_535)
                    .forEach(
                        bytes ->
                            values.add(
                                OptionException.contradiction(
                                    "group, topics",
                                    "group",
                                    "topics",
                                    """
                                    $share/<group>/<filter> takes %d bytes of UTF-8, but MQTT \
                                    allows 65535"""
                                        .formatted(bytes),
                                    "Shorten one of them"))));
  }

  /** Each filter is a subscription of its own: a message that two filters match comes twice. */
  private static void checkOverlap(OptionValues values) {
    TopicFilters before = new TopicFilters();
    for (TopicFilter filter : values.find(DeclaredSourceOptions.TOPICS).orElse(List.of())) {
      TopicFilter other = before.add(filter);
      if (other != null) {
        values.add(
            OptionException.contradiction(
                "topics",
                "topics (%s)".formatted(other),
                "topics (%s)".formatted(filter),
                "a message that both filters match would come twice",
                "Remove one of them, or make them match different topics"));
      }
    }
  }

  private static void checkTopicColumns(OptionValues values) {
    values
        .find(DeclaredSourceOptions.TOPICS)
        .ifPresent(
            topics ->
                values.find(DeclaredSourceOptions.TOPIC_COLUMNS).orElse(List.of()).stream()
                    .filter(pattern -> topics.stream().noneMatch(pattern.filter()::overlaps))
                    .forEach(
                        pattern ->
                            values.add(
                                OptionException.contradiction(
                                    "topicColumns, topics",
                                    "topicColumns (%s)".formatted(pattern),
                                    "topics (%s)"
                                        .formatted(
                                            topics.stream()
                                                .map(TopicFilter::toString)
                                                .collect(Collectors.joining(","))),
                                    "no topic that the source receives can match the pattern",
                                    "Correct the pattern or the topic filters"))));
  }

  private static void checkBatchSize(OptionValues values) {
    values
        .find(DeclaredSourceOptions.MAX_OFFSETS_PER_TRIGGER)
        .ifPresent(
            max ->
                values
                    .find(DeclaredSourceOptions.MIN_OFFSETS_PER_TRIGGER)
                    .filter(min -> min > max)
                    .ifPresent(
                        min ->
                            values.add(
                                OptionException.contradiction(
                                    "minOffsetsPerTrigger, maxOffsetsPerTrigger",
                                    "minOffsetsPerTrigger (%d)".formatted(min),
                                    "maxOffsetsPerTrigger (%d)".formatted(max),
                                    "the minimum is larger than the maximum",
                                    "Lower the first or raise the second"))));
  }

  private static void checkAckMode(OptionValues values) {
    values
        .find(DeclaredSourceOptions.ACK_MODE)
        .filter(
            mode ->
                mode == AckMode.PROCESSED && values.find(DeclaredSourceOptions.QOS).orElse(1) == 0)
        .ifPresent(
            mode ->
                values.add(
                    OptionException.contradiction(
                        "ackMode, qos",
                        "ackMode (processed)",
                        "qos (0)",
                        "MQTT has no acknowledgement of QoS 0 messages",
                        "Set qos to 1 or 2, or remove ackMode")));
  }
}
