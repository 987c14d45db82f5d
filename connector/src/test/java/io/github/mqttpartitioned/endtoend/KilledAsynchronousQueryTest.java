// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of a query with asynchronous progress tracking, between batches and their entries in the
 * logs: batches come again, some with other limits, and nothing is missing.
 */
@Tag(Full.TAG)
class KilledAsynchronousQueryTest {

  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final int PART = 500;

  @TempDir Path folder;

  @Test
  void losesNothing() {
    Seeded.run(1, random -> killAgainAndAgain(2, random));
  }

  @Tag(Soak.TAG)
  @Test
  void losesNothingInManyRounds() {
    Seeded.run(1, random -> killAgainAndAgain(Soak.rounds(50), random));
  }

  private void killAgainAndAgain(int kills, Random random) {
    int published = 0;
    try (SessionBroker broker = new SessionBroker(1, 500, 50)) {
      for (int kill = 0; kill < kills; kill++) {
        try (ChildJvm child = start(broker)) {
          // A batch each, about: some are in the logs when it is killed, some are not.
          for (int part = 1 + random.nextInt(10); part > 0; part--) {
            broker.publish(PART);
            published += PART;
            awaitArrived(child, published);
            LockSupport.parkNanos(Duration.ofMillis(random.nextInt(400)).toNanos());
          }
          broker.publish(PART);
          published += PART;
          LockSupport.parkNanos(Duration.ofMillis(random.nextInt(200)).toNanos());
          child.kill9Running();
        }
      }
      try (ChildJvm child = start(broker)) {
        broker.publish(PART);
        awaitArrived(child, published + PART);
        child.kill9Running();
      }
      assertThat(broker.violations()).isEmpty();
    }
  }

  private ChildJvm start(SessionBroker broker) {
    return ChildJvm.of(AsynchronousQueryProcess.class, folder.toString(), broker.url(), "1")
        .heapMiB(1_024)
        .start();
  }

  private void awaitArrived(ChildJvm child, int messages) {
    Await.value(
        "each of " + messages + " messages",
        DEADLINE,
        () -> {
          assertThat(child.isAlive()).as(child.describe()).isTrue();
          return arrived().cardinality();
        },
        arrived -> arrived >= messages);
  }

  private BitSet arrived() {
    BitSet arrived = new BitSet();
    Path file = AsynchronousQueryProcess.numbers(folder);
    if (Files.exists(file)) {
      try {
        ByteBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(file));
        while (numbers.remaining() >= Long.BYTES) {
          arrived.set((int) NumberedMessages.sequence(numbers.getLong()));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return arrived;
  }
}
