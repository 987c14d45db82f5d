// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.option.settings.Positions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The options of a batch read, parsed and checked. {@link DeclaredBatchOptions} says what each
 * means. Immutable.
 */
public final class BatchOptions {

  private static final long MICROS = 1_000;

  private static final Hint.Book HINTS =
      new Hint.Book()
          .use(
              DeclaredBatchOptions.SOURCE_CHECKPOINT,
              "It takes the checkpointLocation of the query.",
              "checkpointLocation",
              "checkpoint",
              "path")
          .remove(
              "Remove it: a batch read asks no broker. What the query has stored is read.",
              "brokerUrl",
              "topics",
              "partitions",
              "group",
              "qos",
              "storeDir");

  private final OptionValues values;

  private BatchOptions(OptionValues values) {
    this.values = values;
  }

  /** Whether the options that a user gave are those of a batch read. */
  public static boolean areFor(Map<String, String> given) {
    String key = DeclaredBatchOptions.SOURCE_CHECKPOINT.key().toLowerCase(Locale.ROOT);
    return given.keySet().stream().anyMatch(name -> name.toLowerCase(Locale.ROOT).equals(key));
  }

  /** Those options that a batch read knows. */
  public static Map<String, String> known(Map<String, String> given) {
    Map<String, String> known = new TreeMap<>(given);
    known
        .keySet()
        .removeIf(
            name ->
                DeclaredBatchOptions.ALL.stream()
                    .noneMatch(option -> option.key().equalsIgnoreCase(name)));
    return known;
  }

  /**
   * Parses the options that the user gave. Upper and lower case of names are the same.
   *
   * @throws OptionException if any option is wrong; it reports all problems
   */
  public static BatchOptions parse(Map<String, String> given) {
    OptionValues values =
        new OptionValues(new TreeMap<>(given), DeclaredBatchOptions.ALL, Map.of(), HINTS::find);
    check(values, DeclaredBatchOptions.STARTING_OFFSETS, Positions.LATEST, "latest", "begins");
    check(values, DeclaredBatchOptions.ENDING_OFFSETS, Positions.EARLIEST, "earliest", "ends");
    values
        .find(DeclaredBatchOptions.STARTING_TIMESTAMP)
        .filter(
            start ->
                start > values.find(DeclaredBatchOptions.ENDING_TIMESTAMP).orElse(Long.MAX_VALUE))
        .ifPresent(
            start ->
                values.add(
                    OptionException.unacceptable(
                        DeclaredBatchOptions.STARTING_TIMESTAMP,
                        String.valueOf(start),
                        "is later than endingTimestamp")));
    values.throwIfWrong();
    return new BatchOptions(values);
  }

  private static void check(
      OptionValues values, Option<Positions> option, long wrong, String word, String verb) {
    values
        .find(option)
        .filter(positions -> positions.has(wrong))
        .ifPresent(
            positions ->
                values.add(
                    OptionException.unacceptable(
                        option,
                        word,
                        "a batch read that %s at %s (%d) has no rows"
                            .formatted(verb, word, wrong))));
  }

  public String sourceCheckpoint() {
    return values.get(DeclaredBatchOptions.SOURCE_CHECKPOINT);
  }

  /** Empty for the only source. */
  public Optional<String> sourceName() {
    return values.find(DeclaredBatchOptions.SOURCE_NAME);
  }

  public Positions startingOffsets() {
    return values.get(DeclaredBatchOptions.STARTING_OFFSETS);
  }

  public Positions endingOffsets() {
    return values.get(DeclaredBatchOptions.ENDING_OFFSETS);
  }

  /** Microseconds since 1970. */
  public OptionalLong startingTimestamp() {
    return micros(DeclaredBatchOptions.STARTING_TIMESTAMP);
  }

  /** Microseconds since 1970. */
  public OptionalLong endingTimestamp() {
    return micros(DeclaredBatchOptions.ENDING_TIMESTAMP);
  }

  private OptionalLong micros(Option<Long> option) {
    return values.find(option).stream().mapToLong(millis -> millis * MICROS).findFirst();
  }

  public boolean includeDeadLetters() {
    return values.get(DeclaredBatchOptions.INCLUDE_DEAD_LETTERS);
  }

  public List<TopicPattern> topicColumns() {
    return values.find(DeclaredSourceOptions.TOPIC_COLUMNS).orElse(List.of());
  }

  public PayloadType payloadType() {
    return values.get(DeclaredSourceOptions.PAYLOAD_TYPE);
  }

  public boolean includeProperties() {
    return values.get(DeclaredSourceOptions.INCLUDE_PROPERTIES);
  }

  public boolean failOnDataLoss() {
    return values.get(DeclaredSourceOptions.FAIL_ON_DATA_LOSS);
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
