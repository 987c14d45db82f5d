// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Something about a scenario that the command line can set: {@code --name value}.
 *
 * @param name without the dashes
 * @param kind what values it takes
 * @param byDefault its value when not given
 * @param inCheck its value with {@code --check}, when not given
 * @param meaning for the usage text
 */
public record Setting(String name, Kind kind, String byDefault, String inCheck, String meaning) {

  /** Rounds of a scenario; each gives a sample. */
  public static final Setting ROUNDS =
      new Setting("rounds", new Count(1, 1_000), "5", "1", "rounds that count");

  /** Topics of the messages. */
  public static final Setting TOPICS =
      of("topics", new Count(1, 10_000), "300", "topics that the messages spread over");

  /** Bytes of a payload, which has room for the number of its message. */
  public static final Setting PAYLOAD =
      of("payload", new Count(8, 1_000_000), "100", "bytes of each payload");

  /** Members of a shared subscription, which are the partitions of a query. */
  public static final Setting MEMBERS =
      new Setting(
          "members",
          new Choice(List.of("1", "2", "4", "8")),
          "1,2,4",
          "2",
          "members of the shared subscription");

  /** What values a setting takes. Conversion only checks: {@link Settings} keeps the text. */
  public sealed interface Kind extends ITypeConverter<String> {

    /**
     * Looks at what the command line gives.
     *
     * @throws TypeConversionException when the text is no such value
     */
    @Override
    String convert(String text);

    /** For the usage text. */
    String accepted();
  }

  /** A whole number; digits may be grouped by underscores. */
  public record Count(long least, long most) implements Kind {
    @Override
    public String convert(String text) {
      long value;
      try {
        value = parse(text);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'%s' is not a number; accepted are %s".formatted(text, accepted()));
      }
      if (value < least || value > most) {
        throw new TypeConversionException("%s; accepted are %s".formatted(text, accepted()));
      }
      return text;
    }

    static long parse(String text) {
      return Long.parseLong(text.replace("_", ""));
    }

    @Override
    public String accepted() {
      return String.format(Locale.ROOT, "%,d to %,d", least, most);
    }
  }

  /** One or more of a few words, separated by commas. */
  public record Choice(List<String> words) implements Kind {

    public Choice {
      words = List.copyOf(words);
    }

    @Override
    public String convert(String text) {
      for (String word : parse(text)) {
        if (!words.contains(word)) {
          throw new TypeConversionException(
              "'%s' is unknown; accepted are %s".formatted(word, accepted()));
        }
      }
      return text;
    }

    static List<String> parse(String text) {
      return List.of(text.split(",", -1));
    }

    @Override
    public String accepted() {
      return words.stream().collect(Collectors.joining(", ", "", ", separated by commas"));
    }
  }

  /** Any text but an empty one. */
  public record Text(String accepted) implements Kind {
    @Override
    public String convert(String text) {
      if (text.isBlank()) {
        throw new TypeConversionException("it is empty; accepted is " + accepted);
      }
      return text;
    }
  }

  /** A setting that is the same in a check. */
  public static Setting of(String name, Kind kind, String byDefault, String meaning) {
    return new Setting(name, kind, byDefault, byDefault, meaning);
  }

  /** The option of the command line. */
  OptionSpec option() {
    String defaults =
        byDefault.equals(inCheck)
            ? "default " + byDefault
            : "default %s, in a check %s".formatted(byDefault, inCheck);
    return OptionSpec.builder("--" + name)
        .type(String.class)
        .converters(kind)
        .paramLabel("<value>")
        .description("%s (%s; %s)".formatted(meaning, kind.accepted(), defaults).replace("%", "%%"))
        .build();
  }
}
