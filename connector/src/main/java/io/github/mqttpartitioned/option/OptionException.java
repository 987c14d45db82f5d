// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static java.util.stream.Collectors.joining;

import io.github.mqttpartitioned.option.OptionValues.Given;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options that a query cannot start with: everything that is wrong with them, each in one line that
 * says what is wrong, what is accepted and how to mend it. Values that may hold a secret show as
 * {@code ***}.
 */
public final class OptionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  private OptionException(List<String> problems) {
    super(
        problems.size() == 1
            ? problems.get(0)
            : problems.stream()
                .map(problem -> "\n- " + problem)
                .collect(joining("", problems.size() + " problems with the options:", "")));
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, a line each. */
  public List<String> problems() {
    return problems;
  }

  static OptionException all(List<OptionException> exceptions) {
    return new OptionException(exceptions.stream().flatMap(e -> e.problems().stream()).toList());
  }

  /** An option that must be given, for a reason that goes on after "is missing: ". */
  public static OptionException missing(Option<?> option, String why) {
    return of("Option %s is missing: %s. Accepted: %s.", option, why, plain(option.accepted()));
  }

  static OptionException missing(Option<?> option) {
    return of("Option %s is missing. Give %s.", option, plain(option.accepted()));
  }

  static OptionException unacceptable(Option<?> option, String shown, String fault) {
    return of(
        "Option %s: '%s' %s%s Accepted: %s.",
        option, shown, fault, fault.endsWith("?") ? "" : ".", plain(option.accepted()));
  }

  static OptionException noValue(String key) {
    return of("Option %s: is null. Give it a value, or leave it out.", key);
  }

  static OptionException givenTwice(Option<?> option, Given first, Given second) {
    return of(
        "Options %s ('%s') and %s ('%s') contradict each other. Give one of them.",
        first.name(), option.show(first.text()), second.name(), option.show(second.text()));
  }

  /** Two options that cannot both hold: what each is, why not, and how to mend it. */
  static OptionException contradiction(String first, String second, String why, String mend) {
    return of("Options %s and %s contradict each other: %s. %s.", first, second, why, mend);
  }

  /** Names that are not known, each with what to do instead where that is known. */
  static OptionException unknown(Map<String, @Nullable Hint> names, List<Option<?>> known) {
    List<String> lines = new ArrayList<>();
    names.forEach(
        (name, hint) -> {
          String advice =
              hint != null
                  ? " " + hint
                  : nearest(name, known).map(key -> " Did you mean '" + key + "'?").orElse("");
          lines.add("Unknown option '" + Option.printable(name) + "'." + advice);
        });
    String all = known.stream().map(Option::key).collect(joining(", "));
    lines.add(lines.remove(lines.size() - 1) + " Known options: " + all + ".");
    return new OptionException(lines);
  }

  private static OptionException of(String format, Object... arguments) {
    return new OptionException(List.of(String.format(Locale.ROOT, format, arguments)));
  }

  /** The README's Markdown as plain text. */
  private static String plain(String markdown) {
    return markdown.replace("`", "");
  }

  /** The known name that the fewest typing errors lead to, where they are few. */
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
