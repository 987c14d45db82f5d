// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.SampleMessage;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LingerTest {

  private static final int PUBACK = 0x40;
  private static final long LONGEST = Duration.ofMillis(5).toNanos();
  private static final long BEGIN = 1_000;
  private static final long END = BEGIN + LONGEST;

  private final Linger linger = new Linger(Duration.ofNanos(LONGEST));

  @Test
  void waitsForMoreFromTheFirstMessageOnButNotIndefinitely() {
    Batch few = owing(3);

    assertThat(linger.nanosLeft(few, 3, BEGIN)).isEqualTo(LONGEST);
    assertThat(linger.nanosLeft(few, 3, END - 1)).isEqualTo(1);
    assertThat(linger.nanosLeft(few, 3, END)).isZero();
    assertThat(linger.nanosLeft(few, 3, END + LONGEST)).isNegative();
  }

  @Test
  void doesNotWaitAtAllWithALimitOfZero() {
    Linger none = new Linger(Duration.ZERO);
    for (int i = 0; i < 3; i++) {
      assertThat(none.nanosLeft(owing(1), 1, BEGIN)).isZero();
      none.taken(owing(1), 1, BEGIN);
    }
  }

  @Test
  void doesNotWaitWhereThereAreEnough() {
    assertThat(linger.nanosLeft(owing(1_023), 1_023, BEGIN)).isPositive();
    assertThat(linger.nanosLeft(owing(1_024), 1_024, BEGIN)).isZero();

    Batch messages = owing(0);
    addMessages(messages, 1_023, 10);
    assertThat(linger.nanosLeft(messages, 0, BEGIN)).isPositive();
    addMessages(messages, 1, 10);
    assertThat(linger.nanosLeft(messages, 0, BEGIN)).isZero();

    Batch large = owing(0);
    addMessages(large, 1, 128 << 10);
    assertThat(linger.nanosLeft(large, 0, BEGIN)).isZero();
  }

  @Test
  void doesNotWaitForABrokerThatStopsAtTheSameNumberAgain() {
    Batch window = owing(20);
    linger.taken(window, 20, END);
    assertThat(linger.nanosLeft(window, 20, BEGIN)).isPositive();
    linger.taken(window, 20, END);

    assertThat(linger.nanosLeft(owing(19), 19, BEGIN)).isPositive();
    assertThat(linger.nanosLeft(window, 20, BEGIN)).isZero();
    linger.arrived(20);
    linger.taken(window, 20, BEGIN);
    assertThat(linger.nanosLeft(window, 20, BEGIN)).isZero();
  }

  /** With ackMode=processed. */
  @Test
  void countsWhatIsOwedForMessagesBefore() {
    linger.taken(owing(5), 20, END);
    linger.taken(owing(7), 20, END);

    assertThat(linger.nanosLeft(owing(2), 19, BEGIN)).isPositive();
    assertThat(linger.nanosLeft(owing(3), 20, BEGIN)).isZero();
  }

  @Test
  void waitsAgainForABrokerThatSendsMoreThanItSeemedToAllow() {
    linger.taken(owing(2), 2, END);
    linger.taken(owing(2), 2, END);
    assertThat(linger.nanosLeft(owing(2), 2, BEGIN)).isZero();

    linger.arrived(3);

    assertThat(linger.nanosLeft(owing(2), 2, BEGIN)).isPositive();
    assertThat(linger.nanosLeft(owing(3), 3, BEGIN)).isPositive();
  }

  @Test
  void learnsNothingWhereTheBrokerHasSentMoreInBetween() {
    linger.taken(owing(7), 7, END);
    linger.arrived(20);
    linger.taken(owing(20), 20, BEGIN);
    linger.taken(owing(7), 7, END);

    assertThat(linger.nanosLeft(owing(7), 7, BEGIN)).isPositive();
  }

  /** Messages that come at an even pace, each after the commit of the one before, show nothing. */
  @Test
  void triesNowAndThenWhetherTheBrokerAllowsMore() {
    linger.taken(owing(1), 1, END);
    linger.taken(owing(1), 1, END);
    int groups = 0;
    while (linger.nanosLeft(owing(1), 1, BEGIN) == 0) {
      linger.arrived(1);
      linger.taken(owing(1), 1, BEGIN);
      groups++;
      assertThat(groups).isLessThanOrEqualTo(1_000);
    }
    assertThat(groups).isEqualTo(1_000);

    linger.arrived(1);
    linger.taken(owing(1), 1, END);
    assertThat(linger.nanosLeft(owing(1), 1, BEGIN)).as("it does not, again").isZero();
  }

  @Test
  void learnsNothingFromNumbersThatVaryNorFromQos0NorFromWhatWasTakenEarly() {
    for (int owed : new int[] {4, 5, 4, 5, 6, 5}) {
      linger.taken(owing(owed), owed, END);
      assertThat(linger.nanosLeft(owing(owed), owed, BEGIN)).isPositive();
    }
    for (int i = 0; i < 3; i++) {
      linger.taken(owing(9), 9, END - 1);
    }
    assertThat(linger.nanosLeft(owing(9), 9, BEGIN)).isPositive();

    Batch qos0 = owing(0);
    addMessages(qos0, 1, 10);
    linger.taken(qos0, 0, END);
    linger.taken(qos0, 0, END);
    assertThat(linger.nanosLeft(qos0, 0, BEGIN)).isPositive();
  }

  private static Batch owing(int acknowledgements) {
    Batch batch = new Batch(SampleMessage.BROKER);
    batch.markReceived(BEGIN);
    for (int id = 1; id <= acknowledgements; id++) {
      batch.acknowledge(PUBACK, id);
    }
    return batch;
  }

  private static void addMessages(Batch batch, int count, int payloadLength) {
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      SampleMessage.ofSize(payloadLength, random).addTo(batch.block());
    }
  }
}
