// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NodeMemoryTest {

  private static final int MIB = 1 << 20;
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final NodeMemory node = new NodeMemory(256L * MIB);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void packetsAreReadAtTheSameTimeAsFarAsTheyFit() throws IOException {
    assertThat(node.share().awaitGrant(16 * MIB)).isTrue();
    assertThat(node.share().awaitGrant(16 * MIB)).isTrue();

    assertThat(node.used()).isEqualTo(64L * MIB);
    assertThat(node.isScarce()).isTrue();
  }

  @Test
  void aPacketThatDoesNotFitWaitsUntilTheLastLargeOneIsGivenBack() throws Exception {
    MemberMemory first = node.share();
    MemberMemory second = node.share();
    first.awaitGrant(32 * MIB);

    CompletableFuture<Boolean> waiting = waitFor(second, 32 * MIB);
    first.resize(0, 32L * MIB);
    first.release();
    assertThat(waiting).as("the first message is not committed yet").isNotDone();
    first.resize(32L * MIB, 0);

    assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
    second.release();
    assertThat(node.used()).isZero();
  }

  /** Nothing could be given back that would help it. */
  @Test
  void aPacketLargerThanTheLimitGetsThroughAlone() throws IOException {
    MemberMemory small = node.share();
    small.resize(0, 60L * MIB / 10);

    assertThat(node.share().awaitGrant(64 * MIB)).isTrue();
  }

  @Test
  void aPacketThatTheHeapCannotHoldIsRefusedAtOnce() {
    assertThatThrownBy(() -> node.share().awaitGrant(64 * MIB + 1))
        .isInstanceOf(PacketTooLargeException.class)
        .hasMessageContaining("67108865")
        .hasMessageContaining("67108864");
  }

  /** A small packet that overtook again and again would starve a large one. */
  @Test
  void grantsAreGivenInTheOrderOfTheCalls() throws Exception {
    MemberMemory first = node.share();
    first.awaitGrant(16 * MIB);
    CompletableFuture<Boolean> large = waitFor(node.share(), 60 * MIB);
    CompletableFuture<Boolean> small = waitFor(node.share(), 2 * MIB);

    assertThat(small).as("there is room for it, but it came later").isNotDone();
    first.release();
    assertThat(large.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(small).isNotDone();
  }

  /** Its turn depends on its own commit, so it must not hold up the others. */
  @Test
  void aMemberOverItsShareIsOvertaken() throws Exception {
    NodeMemory roomy = new NodeMemory(4096L * MIB);
    MemberMemory full = roomy.share();
    full.resize(0, 100L * MIB);

    CompletableFuture<Boolean> waiting = waitFor(full, 20 * MIB);
    assertThat(roomy.share().awaitGrant(20 * MIB)).isTrue();

    assertThat(waiting).isNotDone();
    full.resize(100L * MIB, 0);
    assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void memoryIsScarceWhileALargePacketWaits() throws Exception {
    MemberMemory first = node.share();
    MemberMemory second = node.share();
    first.awaitGrant(20 * MIB);
    assertThat(second.isScarce()).isFalse();

    CompletableFuture<Boolean> waiting = waitFor(node.share(), 20 * MIB);
    assertThat(second.isScarce()).isTrue();

    first.release();
    waiting.get(30, TimeUnit.SECONDS);
    assertThat(second.isScarce()).isFalse();
  }

  @Test
  void aConnectionThatEndsGivesEverythingBack() throws Exception {
    MemberMemory ended = node.share();
    ended.awaitGrant(30 * MIB);
    ended.resize(0, 10L * MIB);
    CompletableFuture<Boolean> waiting = waitFor(node.share(), 30 * MIB);

    ended.close();

    assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
    ended.release();
    ended.resize(0, 10L * MIB);
    assertThat(node.used()).isEqualTo(60L * MIB);
  }

  @Test
  void aMemberThatLeavesStopsWaitingAndLeavesTheQueue() throws Exception {
    MemberMemory first = node.share();
    first.awaitGrant(30 * MIB);
    MemberMemory leaving = node.share();
    CompletableFuture<Boolean> left = waitFor(leaving, 30 * MIB);
    CompletableFuture<Boolean> behind = waitFor(node.share(), 1 * MIB);

    leaving.refuse();

    assertThat(left.get(30, TimeUnit.SECONDS)).isFalse();
    assertThat(behind.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(leaving.awaitGrant(2 * MIB)).isFalse();
  }

  /**
   * Members with packets of all sizes, with commits that take their time and connections that end:
   * each packet gets through, and the node never holds more than it may.
   */
  @Test
  void everyPacketGetsThroughAndTheBoundHolds() {
    Seeded.run(
        20,
        random -> {
          NodeMemory shared = new NodeMemory(1L << 30);
          long most = (1L << 28) + 2 * shared.largestPacket();
          List<CompletableFuture<Void>> members = new ArrayList<>();
          AtomicBoolean over = new AtomicBoolean();
          for (int i = 0; i < 8; i++) {
            long seed = random.nextLong();
            members.add(
                CompletableFuture.runAsync(
                    () -> receive(shared, new Random(seed), most, over), threads));
          }
          CompletableFuture.allOf(members.toArray(CompletableFuture[]::new))
              .get(60, TimeUnit.SECONDS);
          assertThat(over).isFalse();
          assertThat(shared.used()).isZero();
        });
  }

  private void receive(NodeMemory shared, Random random, long most, AtomicBoolean over) {
    List<CompletableFuture<Void>> commits = new ArrayList<>();
    MemberMemory member = shared.share();
    for (int packet = 0; packet < 50; packet++) {
      int length = 1 + random.nextInt(random.nextBoolean() ? 8 * MIB : 256 * MIB);
      try {
        if (!member.awaitGrant(length)) {
          throw new IllegalStateException("nobody has told it to leave");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (shared.used() > most) {
        over.set(true);
      }
      member.resize(0, length);
      member.release();
      MemberMemory current = member;
      long nanos = random.nextInt(100_000);
      commits.add(
          CompletableFuture.runAsync(
              () -> {
                for (long until = System.nanoTime() + nanos; System.nanoTime() < until; ) {
                  Thread.onSpinWait();
                }
                current.resize(length, 0);
              },
              threads));
      if (random.nextInt(10) == 0) {
        member.close();
        member = shared.share();
      }
    }
    commits.forEach(CompletableFuture::join);
    member.close();
  }

  private CompletableFuture<Boolean> waitFor(MemberMemory member, int packetLength) {
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                outcome.complete(member.awaitGrant(packetLength));
              } catch (IOException e) {
                outcome.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    Await.until("the call to wait", DEADLINE, () -> thread.getState() == Thread.State.WAITING);
    return outcome;
  }
}
