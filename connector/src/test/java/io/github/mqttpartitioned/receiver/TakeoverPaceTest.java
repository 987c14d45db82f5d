// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.Backoff;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.io.EOFException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two members with one client id, on a broker that does not say so. */
class TakeoverPaceTest {

  @TempDir Path folder;

  @Test
  void oneOfTwoMembersWithOneClientIdFailsWithinSeconds() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Member first = new Member(folder.resolve("a"), broker.url()).startConnected();
        Member second = new Member(folder.resolve("b"), broker.url()).start()) {
      Member failed =
          Await.value(
              "the end of one of them",
              Duration.ofSeconds(40),
              () ->
                  Stream.of(first, second)
                      .filter(member -> member.status().state() == State.FAILED)
                      .findFirst()
                      .orElse(null),
              found -> found != null);
      assertThat(failed.status().problem())
          .hasMessageStartingWith("[MQTT_SESSION_TAKEN_OVER] Member member-0 of partition 0")
          .hasMessageContaining("clientIdPrefix");
    }
  }

  /** Each of the two waits as long as the other one lives. */
  @Test
  void rivalThatWaitsTheSameWayIsRecognised() {
    for (int seed = 0; seed < 200; seed++) {
      Backoff rival = new Backoff(new Random(seed + 1_000));
      int seen =
          connections(
              seed,
              number -> rival.next(Duration.ZERO).toMillis() + 300 + new Random().nextInt(20));
      assertThat(seen).as("seed %d", seed).isBetween(TakeoverPace.CONNECTIONS, 9);
    }
  }

  @Test
  void linkThatLivesEquallyLongEachTimeIsNoRival() {
    for (long life : List.of(1L, 50L, 300L, 1_000L, 3_000L, 20_000L)) {
      assertThat(connections(7, number -> life + new Random().nextInt(5))).isEqualTo(MANY);
    }
  }

  @Test
  void linkThatFailsAtRandomIsHardlyEverTakenForARival() {
    int mistaken = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      if (connections(seed, number -> 1 + random.nextInt(5_000)) < MANY) {
        mistaken++;
      }
    }
    assertThat(mistaken).isLessThan(10);
  }

  private static final int MANY = 100;

  /** After how many connections, which live so long, another client is assumed. */
  private int connections(long seed, ToLongFunction<Integer> lives) {
    SourceSettings settings = new TestSettings("tcp://localhost", folder).build();
    MemberException lost = MemberException.lost(settings, 0, new EOFException());
    Backoff backoff = new Backoff(new Random(seed));
    TakeoverPace pace = new TakeoverPace();
    for (int number = 1; number < MANY; number++) {
      Duration lived = Duration.ofMillis(lives.applyAsLong(number));
      if (pace.isAnother(lost, lived)) {
        return number;
      }
      pace.pausing(backoff.next(lived));
    }
    return MANY;
  }
}
