// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.testkit.Mutator;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random patterns over random topics give what regular expressions give. */
class TopicColumnsFuzzTest {

  private static final int TOPICS = 50;
  private static final int FIRST_TOPIC_COLUMN = 9;

  /** The name of a column says its type. */
  private static final List<String> NAMES =
      List.of("text", "whole:int", "big:long", "real:double", "truth:boolean", "other:string");

  private static final String[] LEVELS = {
    "t",
    "t",
    "u",
    "u",
    "",
    "7",
    "-12",
    "+3",
    "2147483648",
    "-9223372036854775808",
    "9223372036854775808",
    "1e5",
    "-.5",
    "1.",
    ".",
    "-",
    "1d",
    "true",
    "FALSE",
    "tru",
    "$SYS",
    "$",
    "ä",
    "😀",
    "{",
    " 1",
    "٣"
  };

  @Test
  void columnsAreWhatExpressionsGive() {
    Seeded.run(1, random -> run(random, Duration.ofSeconds(2)));
  }

  @Tag(Soak.TAG)
  @Test
  void columnsAreWhatExpressionsGiveForLong() {
    Seeded.run(1, random -> run(random, Soak.duration(Duration.ofMinutes(10))));
  }

  @Test
  void textIsAPatternOrRefused() {
    Seeded.run(1, random -> parse(random, Duration.ofSeconds(1)));
  }

  @Tag(Soak.TAG)
  @Test
  void textIsAPatternOrRefusedForLong() {
    Seeded.run(1, random -> parse(random, Soak.duration(Duration.ofMinutes(10))));
  }

  private static void run(Random random, Duration time) {
    long cases = 0;
    long found = 0;
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; cases++) {
      String[] patterns =
          Stream.generate(() -> pattern(random))
              .limit(1 + random.nextInt(3))
              .toArray(String[]::new);
      String[] topics = Stream.generate(() -> topic(random)).limit(TOPICS).toArray(String[]::new);
      MqttColumns columns = TopicColumnsTest.columns(patterns);
      ColumnarBatch batch =
          new BlockVectors(columns).batch(TopicColumnsTest.block(topics), 0, 0, TOPICS);
      List<String> rows = TopicColumnsTest.values(batch, columns.schema());
      assertThat(rows)
          .as("%s over %s", Arrays.toString(patterns), Arrays.toString(topics))
          .isEqualTo(Arrays.stream(topics).map(t -> expected(t, patterns, columns)).toList());
      found += rows.stream().filter(row -> !row.matches("(null\\|?)*")).count();
    }
    assertThat(found).as("topics that a pattern matches").isBetween(1L, cases * TOPICS - 1);
    System.out.printf("%d topics, %d of them matched, no finding%n", cases * TOPICS, found);
  }

  private static void parse(Random random, Duration time) {
    Mutator mutator = new Mutator(random);
    List<byte[]> corpus =
        Stream.generate(() -> pattern(random).getBytes(StandardCharsets.UTF_8)).limit(50).toList();
    long cases = 0;
    long legal = 0;
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; cases++) {
      String text = new String(mutator.next(corpus), StandardCharsets.UTF_8);
      TopicPattern pattern;
      try {
        pattern = TopicPattern.parse(text);
      } catch (IllegalArgumentException e) {
        // The message repeats a part of the text.
        if (!text.contains("null")) {
          assertThat(e).hasMessageNotContaining("null");
        }
        continue;
      }
      legal++;
      assertThat(pattern.fields()).as(text).isNotEmpty();
      int levels = text.split("/", -1).length;
      assertThat(pattern.fields()).allMatch(field -> field.level() < levels);
      assertThat(pattern.filter().filter()).doesNotContain("{", "}");
    }
    assertThat(legal).isBetween(1L, cases - 1);
    System.out.printf("%d patterns, %d of them legal, no finding%n", cases, legal);
  }

  /** A legal pattern. */
  private static String pattern(Random random) {
    List<String> names = new ArrayList<>(NAMES);
    List<String> levels = new ArrayList<>();
    int named = random.nextInt(4);
    for (int i = 0; i <= named || random.nextInt(3) > 0; i++) {
      if (!names.isEmpty() && (i == named || random.nextBoolean())) {
        levels.add("{" + names.remove(random.nextInt(names.size())) + "}");
      } else {
        levels.add(List.of("t", "u", "+", "", "$SYS", "ä").get(random.nextInt(6)));
      }
    }
    if (random.nextInt(4) == 0) {
      levels.add("#");
    }
    return String.join("/", levels);
  }

  private static String topic(Random random) {
    String topic =
        Stream.generate(() -> LEVELS[random.nextInt(LEVELS.length)])
            .limit(1 + random.nextInt(6))
            .collect(Collectors.joining("/"));
    return topic.isEmpty() ? "t" : topic;
  }

  private static String expected(String topic, String[] patterns, MqttColumns columns) {
    List<String> names =
        Arrays.stream(columns.schema().fieldNames()).skip(FIRST_TOPIC_COLUMN).toList();
    String[] values = new String[names.size()];
    Arrays.fill(values, "null");
    for (String pattern : patterns) {
      Matcher matcher = expression(pattern).matcher(topic);
      boolean isHidden = topic.startsWith("$") && pattern.matches("[+{#].*");
      if (!isHidden && matcher.matches()) {
        for (String name : names) {
          if (pattern.contains("{" + name + ":") || pattern.contains("{" + name + "}")) {
            values[names.indexOf(name)] = value(name, matcher.group(name));
          }
        }
        break;
      }
    }
    return String.join("|", values);
  }

  private static Pattern expression(String pattern) {
    StringBuilder expression = new StringBuilder();
    for (String level : pattern.split("/", -1)) {
      String slash = expression.isEmpty() ? "" : "/";
      if (level.equals("#")) {
        expression.append("(?:").append(slash).append(".*)?");
      } else if (level.startsWith("{")) {
        String name = level.replaceAll("[{}]|:.*", "");
        expression.append(slash).append("(?<").append(name).append(">[^/]*)");
      } else {
        expression.append(slash).append(level.equals("+") ? "[^/]*" : Pattern.quote(level));
      }
    }
    return Pattern.compile(expression.toString(), Pattern.DOTALL);
  }

  private static String value(String name, String level) {
    return switch (name) {
      case "whole" -> number(level, Integer.SIZE);
      case "big" -> number(level, Long.SIZE);
      case "real" ->
          level.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")
              ? String.valueOf(Double.parseDouble(level))
              : "null";
      case "truth" -> level.matches("(?i)true|false") ? level.toLowerCase(Locale.ROOT) : "null";
      default -> level;
    };
  }

  private static String number(String level, int bits) {
    if (!level.matches("[+-]?[0-9]+")) {
      return "null";
    }
    BigInteger number = new BigInteger(level);
    return number.bitLength() < bits ? number.toString() : "null";
  }
}
