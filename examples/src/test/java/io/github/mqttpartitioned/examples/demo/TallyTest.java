// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.examples.demo.Tally.Sums;
import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.load.PublishedMarks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TallyTest {

  private static final long BROKER_STARTED = 5_000;

  @TempDir private Path directory;
  private PublishedMarks old;
  private PublishedMarks current;
  private Tally tally;

  @BeforeEach
  void open() throws IOException {
    old = PublishedMarks.open(directory.resolve("old"));
    current = PublishedMarks.open(directory.resolve("current"));
    tally = tally();
  }

  private Tally tally() throws IOException {
    return Tally.open(
        directory.resolve("tally"), "current", Map.of("old", old, "current", current));
  }

  @Test
  void whatWasAcknowledgedAndNotSeenIsMissing() throws IOException {
    current.set(0, 3);
    tally.add(0, count(seen("current", 0, 0), seen("current", 2, 0)));
    assertThat(tally.sums()).isEqualTo(new Sums(3, 2, 1, 0, 0, 0));
    tally.add(1, count(seen("current", 1, 0)));
    assertThat(tally.sums()).isEqualTo(new Sums(3, 3, 0, 0, 0, 0));
  }

  @Test
  void whatIsSeenBeforeItsAcknowledgementIsPublishedToo() throws IOException {
    tally.add(0, count(seen("current", 0, 0), seen("current", 1, 0)));
    assertThat(tally.sums()).isEqualTo(new Sums(2, 2, 0, 0, 0, 0));
  }

  @Test
  void whatIsSeenTwiceIsDuplicated() throws IOException {
    current.set(0, 1);
    tally.add(0, count(seen("current", 0, 0), seen("current", 0, 0)));
    tally.add(1, count(seen("current", 0, 0)));
    assertThat(tally.sums()).isEqualTo(new Sums(1, 3, 0, 2, 0, 0));
  }

  @Test
  void aBatchCountsOnceThoughSparkRepeatsItAfterACrash() throws IOException {
    old.set(0, 2);
    tally.add(7, count(seen("old", 0, 0)));
    tally = tally();
    tally.add(7, count(seen("old", 0, 0)));
    tally.add(8, count(seen("old", 1, 0)));
    assertThat(tally.sums()).isEqualTo(new Sums(1, 1, 0, 0, 0, 0));
  }

  @Test
  void whatAKilledRunLeftIsStillToCome() throws IOException {
    old.set(1, 10);
    tally.add(0, count(seen("old", Factory.DEVICES_PER_HALL, 0)));
    tally = tally();
    assertThat(tally.sums()).isEqualTo(new Sums(9, 0, 9, 0, 0, 0));
  }

  @Test
  void aMessageReceivedAnewFromABrokerThatWasKilledIsItsRepetition() throws IOException {
    old.set(0, 1);
    tally.add(0, count(seen("old", 0, 0)));
    tally = tally();
    tally.add(1, count(received(BROKER_STARTED)));
    assertThat(tally.sums()).isEqualTo(new Sums(0, 0, 0, 0, 1, 0));
    // Received before the broker was killed, so it is the connector that gives it out again.
    tally.add(2, count(received(BROKER_STARTED - 1)));
    assertThat(tally.sums()).isEqualTo(new Sums(0, 1, 0, 1, 1, 0));
  }

  @Test
  void messagesOfOthersAreForeign() throws IOException {
    tally.add(0, count(seen("another", 0, 0), seen("current", -1, 0), seen("", -1, 0)));
    assertThat(tally.sums()).isEqualTo(new Sums(0, 0, 0, 0, 0, 3));
  }

  @Test
  void aRunThatIsDoneIsForgotten() throws IOException {
    tally.add(0, count(seen("old", 0, 0), seen("current", 5, 0)));
    Tally next =
        Tally.open(
            directory.resolve("tally"),
            "next",
            Map.of("next", PublishedMarks.open(directory.resolve("next"))));
    assertThat(next.sums()).isEqualTo(new Sums(0, 0, 0, 0, 0, 0));
    next.add(0, count(seen("next", 0, 0)));
    assertThat(next.sums().processed()).as("batch 0 was counted before").isZero();
    next.add(1, count(seen("next", 0, 0)));
    assertThat(next.sums().processed()).isEqualTo(1);
  }

  private record Seen(String run, int device, long sequence, long receivedMillis) {}

  private static Seen seen(String run, int device, long sequence) {
    return new Seen(run, device, sequence, BROKER_STARTED - 1_000);
  }

  private static Seen received(long millis) {
    return new Seen("old", 0, 0, millis);
  }

  private static BatchCount count(Seen... messages) {
    BatchCount count = new BatchCount(BROKER_STARTED);
    for (Seen message : messages) {
      int device = message.device();
      int perHall = Factory.DEVICES_PER_HALL;
      count.add(
          message.run(),
          device < 0 ? "?" : Factory.devices(device / perHall + 1).get(device % perHall).name(),
          message.sequence(),
          message.receivedMillis(),
          "hall-1",
          "humidity",
          45.0);
    }
    return count;
  }
}
