// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.CapturedLog;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DrainTest {

  private long millis;
  private final Drain drain =
      new Drain(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          () -> millis * 1_000_000,
          time -> millis += Math.max(1, time.toMillis()));

  private static PartitionStatus status(State state, long received, long next) {
    return new PartitionStatus(
        state,
        null,
        new LogExtent(0, next),
        0,
        new PartitionStatus.Counts(received, 0, 0, 0, 0, 0, 1, 0, 0, 0));
  }

  private static StoredMessages stored(PartitionStatus... partitions) {
    return new StoredMessages(List.of(partitions));
  }

  @Test
  void saysWhatItWaitsForOnce() {
    try (CapturedLog log = new CapturedLog()) {
      drain.await(() -> stored(status(State.CONNECTED, 0, 0)));
      assertThat(log.lines("Trigger.AvailableNow")).as("nothing arrives").isEmpty();
      drain.await(() -> stored(status(State.CONNECTED, Math.min(millis, 20_000), 0)));
      assertThat(log.lines("Trigger.AvailableNow"))
          .containsExactly(
              """
              INFO Trigger.AvailableNow waits until no message has arrived for drainTimeout=5 s. \
              Messages are arriving. The run ends at what is stored in 70 s at the latest""");
    }
  }

  @Test
  void saysThatItEndsThoughMessagesKeepArriving() {
    try (CapturedLog log = new CapturedLog()) {
      drain.await(() -> stored(status(State.CONNECTED, millis, 0)));
      assertThat(log.lines("Messages keep arriving: this run of Trigger.AvailableNow ends at"))
          .hasSize(1);
    }
  }

  @Test
  void nothingArrivesAndTheEndIsWhatIsStored() {
    assertThat(
            drain
                .await(() -> stored(status(State.CONNECTED, 0, 3), status(State.CONNECTED, 0, 0)))
                .next())
        .isEqualTo(SourceOffset.of(3, 0));
    assertThat(millis).isBetween(5_000L, 5_010L);
  }

  @Test
  void quietIsCountedFromTheLastMessageOfAnyPartition() {
    assertThat(
            drain
                .await(
                    () ->
                        stored(
                            status(State.CONNECTED, 0, 0),
                            status(State.CONNECTED, 0, Math.min(millis, 20_000) / 1000)))
                .next())
        .isEqualTo(SourceOffset.of(0, 20));
    assertThat(millis).isBetween(25_000L, 25_020L);
  }

  @Test
  void messageThatIsNotStoredYetCounts() {
    drain.await(() -> stored(status(State.CONNECTED, Math.min(millis, 8_000), 0)));
    assertThat(millis).isBetween(13_000L, 13_030L);
  }

  @Test
  void waitsForEveryMemberToBeConnected() {
    drain.await(
        () ->
            stored(
                status(State.CONNECTED, 0, 0),
                status(millis < 20_000 ? State.CONNECTING : State.CONNECTED, 0, 0)));
    assertThat(millis).isBetween(25_000L, 25_030L);
  }

  @Test
  void endsThoughMessagesNeverCease() {
    assertThat(drain.await(() -> stored(status(State.CONNECTED, millis, millis / 10))).next())
        .isEqualTo(SourceOffset.of(millis / 10));
    assertThat(millis).isBetween(80_000L, 80_030L);
  }

  @Test
  void failsWhenAMemberStaysOffItsBroker() {
    assertThatThrownBy(
            () ->
                drain.await(
                    () ->
                        stored(
                            status(State.CONNECTED, 0, 0),
                            status(
                                millis < 10_000 ? State.CONNECTED : State.CONNECTING, millis, 0))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_DRAIN_STALLED] ")
        .hasMessageContaining("a member has had no connection for connectTimeout=30 s");
    assertThat(millis).isBetween(39_970L, 40_030L);
  }

  @Test
  void doesNotWaitForAMemberWhoseStoreIsFull() {
    drain.await(() -> stored(status(State.STORE_FULL, 0, 0)));
    assertThat(millis).isBetween(5_000L, 5_010L);
  }

  @Test
  void zeroTakesWhatIsThere() {
    Drain atOnce = new Drain(Duration.ZERO, Duration.ZERO, () -> millis, time -> millis++);
    assertThat(atOnce.await(() -> stored(status(State.CONNECTED, 4, 4))).next())
        .isEqualTo(SourceOffset.of(4));
    assertThat(millis).isZero();
  }

  @Test
  void failureOfAPartitionEndsTheWait() {
    assertThatThrownBy(
            () ->
                drain.await(
                    () -> {
                      throw new IllegalStateException("fenced");
                    }))
        .hasMessage("fenced");
  }

  @Test
  void interruptIsWhatSparkTakesForAStop() {
    Drain interrupted =
        new Drain(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            () -> 0,
            time -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> interrupted.await(() -> stored(status(State.CONNECTED, 0, 0))))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
