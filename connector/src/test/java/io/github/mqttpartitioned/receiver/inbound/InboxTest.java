// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InboxTest {

  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final long LONGEST = Duration.ofMillis(5).toNanos();

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Object monitor = new Object();
  private final Inbox inbox =
      new Inbox(
          monitor,
          "tcp://broker:1883",
          new NodeMemory(1L << 30).share(),
          Duration.ofMillis(5),
          () -> false);

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
    long before = System.nanoTime();
    arrive(1);
    long after = System.nanoTime();
    Batch batch = Objects.requireNonNull(inbox.checkOut());

    assertThat(inbox.holdsSomething()).isTrue();
    assertThat(inbox.hasBatches()).isFalse();
    assertThat(inbox.inFlight()).isEqualTo(1);
    assertThat(inbox.nanosUntilDue(before)).isBetween(LONGEST, LONGEST + after - before);
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
  void whatBecomesFullIsNotWaitedForAnyMore() throws IOException {
    arrive(1);
    Batch batch = Objects.requireNonNull(inbox.checkOut());
    inbox.checkInFull(batch, 0);
    inbox.take(Long.MAX_VALUE);

    assertThat(inbox.holdsSomething()).isFalse();
    assertThat(inbox.nanosUntilDue(System.nanoTime())).isEqualTo(Inbox.NOT_DUE);
  }

  @Test
  void whatComesByAFullBatchShowsThatTheBrokerAllowsMore() throws IOException {
    stopTwiceAt(1);
    long before = System.nanoTime();
    Batch batch = Objects.requireNonNull(inbox.checkOut());
    batch.acknowledge(PUBACK, 1);
    batch.acknowledge(PUBACK, 2);
    inbox.checkInFull(batch, 0);
    inbox.take(Long.MAX_VALUE);
    inbox.stillOwed(0);

    arrive(1);
    assertThat(inbox.nanosUntilDue(before)).isPositive();
  }

  @Test
  void takingTheOpenBatchLeavesNothing() throws IOException {
    arrive(1);
    inbox.take(Long.MAX_VALUE);

    assertThat(inbox.holdsSomething()).isFalse();
    assertThat(inbox.nanosUntilDue(System.nanoTime())).isEqualTo(Inbox.NOT_DUE);
  }

  @Test
  void theReceiverThreadIsWokenForAFirstMessageAndForOneThatComesLate() throws Exception {
    AtomicInteger wakes = new AtomicInteger();
    Thread receiver =
        new Thread(
            () -> {
              synchronized (monitor) {
                try {
                  while (true) {
                    monitor.wait();
                    wakes.incrementAndGet();
                  }
                } catch (InterruptedException e) {
                  // The test is over.
                }
              }
            });
    receiver.setDaemon(true);
    receiver.start();
    awaitWaiting(receiver);

    arrive(1);
    Await.until("the first message's notification", DEADLINE, () -> wakes.get() > 0);
    awaitWaiting(receiver);
    int before = wakes.get();
    // One that is overdue now, however long this thread was paused.
    long due = System.nanoTime() + LONGEST;
    Await.until("the first message to be due", DEADLINE, () -> System.nanoTime() - due > 0);
    arrive(2);
    Await.until("the late message's notification", DEADLINE, () -> wakes.get() > before);

    receiver.interrupt();
    receiver.join(DEADLINE.toMillis());
    assertThat(receiver.isAlive()).isFalse();
  }

  @Test
  void aBrokerThatHasStoppedTwiceIsTakenAtItsWindow() throws Exception {
    stopTwiceAt(2);
    long before = System.nanoTime();
    arrive(1);
    assertThat(inbox.nanosUntilDue(before)).isPositive();
    arrive(2);
    assertThat(inbox.nanosUntilDue(before)).isZero();
    inbox.take(Long.MAX_VALUE);

    arrive(3);
    assertThat(inbox.nanosUntilDue(before))
        .as("three in flight are more than it seemed to allow")
        .isPositive();
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

    inbox.stillOwed(1);
    assertThat(inbox.inFlight()).as("one withheld, one that has just arrived").isEqualTo(2);
  }

  @Test
  void whereMemoryIsScarceTheWireThreadWaitsForItsCommitOnly() throws Exception {
    NodeMemory node = new NodeMemory(1 << 20);
    Inbox scarce =
        new Inbox(monitor, "tcp://broker:1883", node.share(), Duration.ofMillis(5), () -> false);
    node.share().resize(0, 1 << 20);

    Batch first = Objects.requireNonNull(scarce.checkOut());
    first.acknowledge(PUBACK, 1);
    scarce.checkIn(first, 0);
    assertThat(scarce.checkOut()).as("a batch that grows").isSameAs(first);
    scarce.checkInFull(first, 0);
    FutureTask<@Nullable Batch> second = new FutureTask<>(scarce::checkOut);
    Thread wire = new Thread(second);
    wire.setDaemon(true);
    wire.start();
    awaitWaiting(wire);
    List<Batch> taken = scarce.take(Long.MAX_VALUE);
    awaitWaiting(wire);
    scarce.recycle(taken);

    assertThat(second.get(30, TimeUnit.SECONDS)).isNotNull();
    assertThat(node.used()).as("the batch was not kept").isEqualTo(1 << 20);
  }

  @Test
  void whatBatchesTakeIsCountedUntilTheyAreDropped() throws IOException {
    NodeMemory node = new NodeMemory(1L << 30);
    Inbox counting =
        new Inbox(monitor, "tcp://broker:1883", node.share(), Duration.ofMillis(5), () -> false);
    Batch large = Objects.requireNonNull(counting.checkOut());
    large.block().add(0, 0, 0, new byte[20 << 20], 0, 20 << 20, 0, 0);
    counting.checkInFull(large, 0);
    assertThat(node.used()).isBetween(20L << 20, 21L << 20);

    counting.recycle(counting.take(Long.MAX_VALUE));
    assertThat(node.used()).as("its columns are small again").isBetween(1L, 1L << 20);
    counting.shrink();
    assertThat(node.used()).isZero();
  }

  private void stopTwiceAt(int messages) throws IOException {
    for (int i = 0; i < 2; i++) {
      for (int id = 1; id <= messages; id++) {
        arrive(id);
      }
      long due = System.nanoTime() + LONGEST;
      Await.until("the messages to be due", DEADLINE, () -> System.nanoTime() - due > 0);
      inbox.take(Long.MAX_VALUE);
      inbox.stillOwed(0);
    }
  }

  private static void awaitWaiting(Thread thread) {
    Await.until("the thread to wait", DEADLINE, () -> thread.getState() == Thread.State.WAITING);
  }

  private void arrive(int packetId) throws IOException {
    Batch batch = Objects.requireNonNull(inbox.checkOut());
    batch.acknowledge(PUBACK, packetId);
    inbox.checkIn(batch, 0);
  }

  @Test
  void messageThatSomebodyWaitsForDoesNotWaitForOthers() throws IOException {
    Inbox awaited =
        new Inbox(
            monitor,
            "tcp://broker:1883",
            new NodeMemory(1L << 30).share(),
            Duration.ofHours(1),
            () -> true);
    Batch batch = Objects.requireNonNull(awaited.checkOut());
    batch.acknowledge(PUBACK, 1);
    awaited.checkIn(batch, 0);
    assertThat(awaited.nanosUntilDue(System.nanoTime())).as("an acknowledgement").isPositive();

    batch = Objects.requireNonNull(awaited.checkOut());
    batch.block().add(0, 0, 0, new byte[1], 0, 1, 0, 0);
    awaited.checkIn(batch, 0);
    assertThat(awaited.nanosUntilDue(System.nanoTime())).as("a message").isZero();
  }
}
