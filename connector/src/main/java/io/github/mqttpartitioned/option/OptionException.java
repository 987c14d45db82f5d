// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONFLICTING_OPTIONS;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_INVALID_OPTION;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_INVALID_OPTIONS;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_MISSING_OPTION;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_UNKNOWN_OPTION;
import static java.util.stream.Collectors.joining;

import io.github.mqttpartitioned.error.ErrorCondition;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import io.github.mqttpartitioned.option.OptionValues.Given;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A query cannot start with its options. The message reports every problem in one line of its own:
 * its condition, what is wrong, the value, what is accepted and how to fix it. Values that may
 * contain a secret show as {@code ***}.
 */
public final class OptionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final List<Problem> problems;

  /**
   * One problem.
   *
   * @param options the options that it is about
   * @param line says what is wrong, from the condition on
   */
  private record Problem(String options, String line) implements Serializable {}

  private OptionException(List<Problem> problems) {
    super(text(problems));
    this.problems = List.copyOf(problems);
  }

  private OptionException(ErrorCondition condition, String options, String text) {
    this(List.of(new Problem(options, condition.message(text))));
  }

  /** The first line names the options that are wrong: some users see no other line. */
  private static String text(List<Problem> problems) {
    if (problems.size() == 1) {
      return problems.get(0).line();
    }
    return MQTT_INVALID_OPTIONS.message(
        "There are %d problems with the options: %s\n%s"
            .formatted(
                problems.size(),
                problems.stream().map(Problem::options).distinct().collect(joining(", ")),
                problems.stream().map(problem -> "- " + problem.line()).collect(joining("\n"))));
  }

  /** All problems of some exceptions. */
  static OptionException all(List<OptionException> exceptions) {
    return new OptionException(exceptions.stream().flatMap(e -> e.problems.stream()).toList());
  }

  /** An option is not given, although another one needs it. */
  static OptionException missing(Option<?> option, String why) {
    return new OptionException(
        MQTT_MISSING_OPTION,
        option.key(),
        "Option %s is missing: %s. Accepted: %s.".formatted(option, why, plain(option.accepted())));
  }

  static OptionException missing(Option<?> option) {
    return new OptionException(
        MQTT_MISSING_OPTION,
        option.key(),
        "Option %s is missing. Give %s.".formatted(option, plain(option.accepted())));
  }

  static OptionException unacceptable(Option<?> option, String shown, String fault) {
    return new OptionException(
        MQTT_INVALID_OPTION,
        option.key(),
        "Option %s: '%s' %s%s Accepted: %s."
            .formatted(
                option, shown, fault, fault.endsWith("?") ? "" : ".", plain(option.accepted())));
  }

  static OptionException noValue(String key) {
    return new OptionException(
        MQTT_INVALID_OPTION, key, "Option %s is null. Give a value, or remove it.".formatted(key));
  }

  /** A name of a family of options does not fit. */
  static OptionException noMember(Option<?> family, String shown, String fault) {
    return new OptionException(
        MQTT_INVALID_OPTION, family.key(), "Option %s: '%s' %s.".formatted(family, shown, fault));
  }

  static OptionException givenTwice(Option<?> option, Given first, Given second) {
    return new OptionException(
        MQTT_CONFLICTING_OPTIONS,
        option.key(),
        "Options %s ('%s') and %s ('%s') contradict each other. Give only one of them."
            .formatted(
                first.name(),
                option.show(first.text()),
                second.name(),
                option.show(second.text())));
  }

  /**
   * Two options contradict each other.
   *
   * @param options their names
   * @param first one of them with its value
   * @param second the other one with its value
   * @param why why both cannot hold
   * @param remedy what the user can do
   */
  static OptionException contradiction(
      String options, String first, String second, String why, String remedy) {
    return new OptionException(
        MQTT_CONFLICTING_OPTIONS,
        options,
        "Options %s and %s contradict each other: %s. %s.".formatted(first, second, why, remedy));
  }

  /** Some names are unknown. Only the last line lists all known names. */
  static OptionException unknown(Map<String, @Nullable Hint> names, List<Option<?>> known) {
    List<Problem> problems = new ArrayList<>();
    names.forEach(
        (name, hint) -> {
          String shown = PrintableText.of(name);
          String advice =
              hint != null
                  ? " " + hint
                  : nearest(name, known).map(" Did you mean '%s'?"::formatted).orElse("");
          String list =
              problems.size() < names.size() - 1
                  ? ""
                  : known.stream().map(Option::key).collect(joining(", ", " Known options: ", "."));
          problems.add(
              new Problem(
                  shown,
                  MQTT_UNKNOWN_OPTION.message(
                      "Unknown option '%s'.%s%s".formatted(shown, advice, list))));
        });
    return new OptionException(problems);
  }

  /** Markdown as plain text. */
  private static String plain(String markdown) {
    return markdown.replace("`", "");
  }

  /** The known name that differs by the fewest typing errors, if they are few. */
  private static Optional<String> nearest(String key, List<Option<?>> known) {
    String typed = key.toLowerCase(Locale.ROOT);
    int few = Math.max(2, typed.length() / 3);
    return known.stream()
        .map(Option::key)
        .filter(name -> distance(typed, name.toLowerCase(Locale.ROOT)) <= few)
        .min(Comparator.comparingInt(name -> distance(typed, name.toLowerCase(Locale.ROOT))));
  }

  /** Levenshtein's edit distance. */
  private static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    Arrays.setAll(above, j -> j);
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[to.length()];
  }
}
