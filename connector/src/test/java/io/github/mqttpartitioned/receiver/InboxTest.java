package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InboxTest {

  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final long LONGEST = Linger.LONGEST.toNanos();

  private final Inbox inbox = new Inbox(new Object(), "tcp://broker:1883");

  @Test
  void isDueOnceTheFirstMessageHasWaitedWhateverArrivesMeanwhile() throws IOException {
    assertThat(inbox.nanosUntilDue(System.nanoTime())).isEqualTo(Inbox.NOT_DUE);
    long before = System.nanoTime();
    arrive(1);
    long after = System.nanoTime();
    assertThat(inbox.nanosUntilDue(before)).isBetween(LONGEST, LONGEST + after - before);

    arrive(2);

    assertThat(inbox.nanosUntilDue(after + LONGEST)).isZero();
  }

  /** Nobody wakes the receiver thread up for a message that is not the first of its batch. */
  @Test
  void isDueInTimeAlthoughTheBatchIsCheckedOut() throws IOException {
    arrive(1);
    long after = System.nanoTime();
    Batch batch = Objects.requireNonNull(inbox.checkOut());

    assertThat(inbox.nanosUntilDue(after)).isBetween(1L, LONGEST);
    assertThat(inbox.nanosUntilDue(after + LONGEST))
        .as("there is nothing to take, and checking it in will tell")
        .isEqualTo(Inbox.NOT_DUE);

    batch.acknowledge(PUBACK, 2);
    inbox.checkIn(batch, 0);
    assertThat(inbox.nanosUntilDue(after + LONGEST)).isZero();
  }

  @Test
  void aFullBatchIsDueAtOnce() throws IOException {
    Batch batch = Objects.requireNonNull(inbox.checkOut());
    batch.acknowledge(PUBACK, 1);
    inbox.checkInFull(batch, 0);

    assertThat(inbox.nanosUntilDue(System.nanoTime())).isZero();
    assertThat(inbox.take(Long.MAX_VALUE)).containsExactly(batch);
    assertThat(inbox.nanosUntilDue(System.nanoTime())).isEqualTo(Inbox.NOT_DUE);
  }

  @Test
  void messagesAreInFlightUntilTheirAcknowledgementsAreAboutToBeSent() throws IOException {
    arrive(1);
    arrive(2);
    Batch batch = Objects.requireNonNull(inbox.checkOut());
    batch.withhold(PUBREC, 3);
    inbox.checkIn(batch, 0);
    assertThat(inbox.inFlight()).isEqualTo(3);

    inbox.take(Long.MAX_VALUE);
    arrive(4);
    assertThat(inbox.inFlight()).isEqualTo(4);

    inbox.owe(1);
    assertThat(inbox.inFlight()).as("one withheld, one that has just arrived").isEqualTo(2);
  }

  private void arrive(int packetId) throws IOException {
    Batch batch = Objects.requireNonNull(inbox.checkOut());
    batch.acknowledge(PUBACK, packetId);
    inbox.checkIn(batch, 0);
  }
}
