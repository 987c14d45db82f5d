// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The values of the declared options, read from what a user gave. Problems are collected, so that
 * one error reports all of them. Until {@link #throwIfWrong} is called, a value that cannot be read
 * counts as not given.
 */
final class OptionValues {

  private final Map<String, Option<?>> known = new LinkedHashMap<>();
  private final Map<Option<?>, Given> given = new LinkedHashMap<>();
  private final Map<Option<?>, Object> values = new LinkedHashMap<>();
  private final Map<Option<?>, Map<String, Object>> families = new LinkedHashMap<>();
  private final List<OptionException> problems = new ArrayList<>();

  /** Name and text of an option, as the user wrote them. */
  record Given(String name, String text) {}

  /**
   * Reads what a user gave.
   *
   * @param user names and values, as the user wrote them
   * @param known all declared options
   * @param aliases other names of known options, in lower case
   * @param hints gives the advice about a name that is not known; null for none
   */
  OptionValues(
      Map<String, String> user,
      List<Option<?>> known,
      Map<String, Option<?>> aliases,
      Function<String, @Nullable Hint> hints) {
    known.forEach(option -> this.known.put(lower(option.key()), option));
    Map<String, @Nullable Hint> unknown = new LinkedHashMap<>();
    // In the order of the names, so that the same problems always give the same message.
    new TreeMap<>(user)
        .forEach(
            (name, text) -> {
              Option<?> option = aliases.getOrDefault(lower(name), this.known.get(lower(name)));
              Option<?> family = familyOf(name);
              if (family != null) {
                giveMember(family, name, text);
              } else if (option == null) {
                unknown.put(name, hints.apply(name));
              } else if (text == null) {
                problems.add(OptionException.noValue(name));
              } else {
                give(option, new Given(name, text));
              }
            });
    if (!unknown.isEmpty()) {
      problems.add(OptionException.unknown(unknown, known));
    }
    known.forEach(this::read);
  }

  private @Nullable Option<?> familyOf(String name) {
    return known.values().stream()
        .filter(option -> option.isFamily() && lower(name).startsWith(option.prefix()))
        .findFirst()
        .orElse(null);
  }

  private void giveMember(Option<?> family, String name, @Nullable String text) {
    String member = name.substring(family.prefix().length());
    try {
      if (text == null) {
        throw OptionException.noValue(name);
      }
      family.requireMember(member);
      families
          .computeIfAbsent(family, any -> new TreeMap<>(String.CASE_INSENSITIVE_ORDER))
          .put(member, family.read(text));
    } catch (OptionException e) {
      problems.add(e);
    }
  }

  /** The values of a family of options, by what stands behind the common part of their names. */
  @SuppressWarnings("unchecked") // families holds what the option itself has read
  <T> Map<String, T> family(Option<T> option) {
    return (Map<String, T>) families.getOrDefault(option, Map.of());
  }

  private void give(Option<?> option, Given second) {
    Given first = given.putIfAbsent(option, second);
    if (first != null && !first.text().equals(second.text())) {
      problems.add(OptionException.givenTwice(option, first, second));
    }
  }

  private void read(Option<?> option) {
    Given one = given.get(option);
    try {
      if (one != null) {
        values.put(option, option.read(one.text()));
      } else if (option.isRequired()) {
        problems.add(OptionException.missing(option));
      }
    } catch (OptionException e) {
      problems.add(e);
    }
  }

  boolean isGiven(Option<?> option) {
    return given.containsKey(option);
  }

  /** The given value, otherwise the default. */
  @SuppressWarnings("unchecked") // values holds what the option itself has read
  <T> Optional<T> find(Option<T> option) {
    return Optional.ofNullable((T) values.get(option)).or(option::defaultValue);
  }

  /** The value of an option that is required or has a default. */
  <T> T get(Option<T> option) {
    return find(option).orElseThrow();
  }

  void add(OptionException problem) {
    problems.add(problem);
  }

  void throwIfWrong() {
    if (!problems.isEmpty()) {
      throw OptionException.all(problems);
    }
  }

  /** The given values, in the order of declaration, secrets as {@code ***}. */
  @Override
  public String toString() {
    StringJoiner shown = new StringJoiner(", ", "{", "}");
    known
        .values()
        .forEach(
            option -> {
              Given one = given.get(option);
              if (one != null) {
                shown.add(option.key() + "=" + option.show(one.text()));
              }
              family(option).keySet().forEach(name -> shown.add(option.prefix() + name + "=***"));
            });
    return shown.toString();
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
