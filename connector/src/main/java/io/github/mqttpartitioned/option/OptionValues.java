package io.github.mqttpartitioned.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Values of declared options, read from what a user gave. What is wrong is collected, so that all
 * of it can be told at once: until {@link #throwIfWrong} is called, a value that could not be read
 * counts as left out.
 */
final class OptionValues {

  private final Map<String, Option<?>> known = new LinkedHashMap<>();
  private final Map<Option<?>, String> texts = new LinkedHashMap<>();
  private final Map<Option<?>, Object> values = new LinkedHashMap<>();
  private final List<OptionException> problems = new ArrayList<>();

  /**
   * Reads {@code given}.
   *
   * @param known all options there are
   * @param aliases other names of known options, in lower case
   * @param hints what to say about names that are not known
   */
  OptionValues(
      Map<String, String> given,
      List<Option<?>> known,
      Map<String, Option<?>> aliases,
      Function<String, @Nullable Hint> hints) {
    known.forEach(option -> this.known.put(lower(option.key()), option));
    Map<Option<?>, String> names = new LinkedHashMap<>();
    Map<String, @Nullable Hint> unknown = new LinkedHashMap<>();
    // In the order of names, so that the same mistakes always give the same message.
    new TreeMap<>(given)
        .forEach(
            (name, text) -> {
              Option<?> option = aliases.getOrDefault(lower(name), this.known.get(lower(name)));
              if (option == null) {
                unknown.put(name, hints.apply(name));
              } else if (text == null) {
                problems.add(OptionException.noValue(name));
              } else if (texts.putIfAbsent(option, text) == null) {
                names.put(option, name);
              } else if (!text.equals(texts.get(option))) {
                problems.add(
                    OptionException.givenTwice(
                        option, names.get(option), texts.get(option), name, text));
              }
            });
    if (!unknown.isEmpty()) {
      problems.add(OptionException.unknown(unknown, known));
    }
    for (Option<?> option : known) {
      String text = texts.get(option);
      try {
        if (text != null) {
          values.put(option, option.read(text));
        } else if (option.isRequired()) {
          problems.add(OptionException.missing(option));
        }
      } catch (OptionException e) {
        problems.add(e);
      }
    }
  }

  boolean isGiven(Option<?> option) {
    return texts.containsKey(option);
  }

  /** The value given, or else the default. */
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

  /** What was given, in the order of declaration, secrets as {@code ***}. */
  @Override
  public String toString() {
    return known.values().stream()
        .filter(this::isGiven)
        .map(option -> option.key() + "=" + option.show(texts.get(option)))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
