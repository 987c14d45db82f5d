// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class TopicFiltersTest {

  @Test
  void findsWhatTheComparisonOfEachPairFinds() {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      TopicFilters tree = new TopicFilters();
      List<TopicFilter> added = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        TopicFilter filter = filter(random);
        List<TopicFilter> overlapping = added.stream().filter(filter::overlaps).toList();
        TopicFilter found = tree.add(filter);
        if (overlapping.isEmpty()) {
          assertThat(found).as("seed %d: %s beside %s", seed, filter, added).isNull();
          added.add(filter);
        } else {
          assertThat(overlapping).as("seed %d: %s beside %s", seed, filter, added).contains(found);
        }
      }
    }
  }

  private static TopicFilter filter(Random random) {
    String[] names = {"a", "b", "", "$x", "+"};
    List<String> levels = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      levels.add(names[random.nextInt(names.length)]);
    }
    if (random.nextInt(4) == 0) {
      levels.set(count - 1, "#");
    }
    String text = String.join("/", levels);
    return new TopicFilter(text.isEmpty() ? "a" : text);
  }

  @Test
  void manyFiltersTakeNoTimeToSpeakOf() {
    TopicFilters tree = new TopicFilters();
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          for (int i = 0; i < 50_000; i++) {
            assertThat(tree.add(new TopicFilter("plant/+/line/" + i + "/#"))).isNull();
          }
        });
  }

  @Test
  void textOfManyFiltersIsShort() {
    List<TopicFilter> many =
        IntStream.range(0, 5_000).mapToObj(i -> new TopicFilter("t/" + i)).toList();
    assertThat(TopicFilters.shown(many)).startsWith("[t/0, t/1, ").endsWith(", … 4990 more]");
    assertThat(TopicFilters.shown(many.subList(0, 2))).isEqualTo("[t/0, t/1]");
  }
}
