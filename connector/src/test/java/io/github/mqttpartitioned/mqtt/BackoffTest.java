// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pauses follow how long connections live. */
class BackoffTest {

  private final Backoff backoff = new Backoff(new Random(42));

  /** EMQX bans a client that connects 15 times in a minute. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100, 500, 1_000, 2_000, 4_000, 5_000, 9_999, 10_000, 20_000, 59_999})
  void flappingLinkMakesFewerThan15ConnectionsAMinute(long livedMillis) {
    ArrayDeque<Long> minute = new ArrayDeque<>();
    long now = 0;
    for (int connection = 0; connection < 1_000; connection++) {
      minute.add(now);
      while (minute.peek() <= now - 60_000) {
        minute.remove();
      }
      assertThat(minute).hasSizeLessThan(15);
      now += livedMillis + backoff.next(Duration.ofMillis(livedMillis)).toMillis();
    }
  }

  @Test
  void growsTo30SecondsWhileNoConnectionComesAbout() {
    Duration last = Duration.ZERO;
    for (int attempt = 0; attempt < 20; attempt++) {
      last = backoff.next(Duration.ZERO);
    }
    assertThat(last).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void beginsAgainAfterAConnectionThatLived() {
    for (int attempt = 0; attempt < 20; attempt++) {
      backoff.next(Duration.ofSeconds(1));
    }
    assertThat(backoff.next(Duration.ofMinutes(1))).isLessThanOrEqualTo(Backoff.FIRST);
  }

  @Test
  void isAtMostAQuarterOfALifeOfSomeSeconds() {
    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(backoff.next(Duration.ofSeconds(20))).isLessThanOrEqualTo(Duration.ofSeconds(5));
    }
  }
}
