// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceLeaseTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private long nanos = -5;
  private long millis = 1_700_000_000_000L;
  private final SourceLease lease =
      new SourceLease(
          new TestSettings("tcp://broker", Path.of("/stores")).sourceId("5eed").build(),
          1,
          1,
          LIMIT,
          () -> nanos,
          () -> millis,
          () -> {});

  private void passes(Duration time) {
    nanos += time.toNanos();
    millis += time.toMillis();
  }

  @Test
  void nodeWithoutALeaseMayNotActAnyMore() {
    lease.require();
    passes(LIMIT);
    assertThat(lease.renew()).isTrue();
    passes(LIMIT.plusMillis(1));
    assertThat(lease.renew()).isFalse();
    assertThatThrownBy(lease::require)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_LEASE_EXPIRED] ")
        .hasMessageContaining("source 5eed")
        .hasMessageContaining("10 s");
    passes(LIMIT.negated());
    assertThat(lease.renew()).isFalse();
  }

  /** The clock that only goes forward stands still meanwhile. */
  @Test
  void leaseOfASuspendedMachineEndsWhenItsWallClockIsSet() {
    millis += LIMIT.plusMillis(1).toMillis();
    assertThat(lease.renew()).isFalse();
    assertThatThrownBy(lease::require).isInstanceOf(IllegalStateException.class);
    millis -= LIMIT.toMillis();
    assertThat(lease.isOver()).as("for good").isTrue();
  }

  @Test
  void wallClockThatIsSetBackEndsNoLeaseAndProlongsNone() {
    millis -= Duration.ofDays(1).toMillis();
    passes(LIMIT);
    assertThat(lease.renew()).isTrue();
    millis -= Duration.ofDays(1).toMillis();
    passes(LIMIT);
    assertThat(lease.isOver()).isFalse();
    nanos++;
    assertThat(lease.isOver()).isTrue();
  }

  @Test
  void wallClockThatIsWrongFromTheBeginningDoesNoHarm() {
    for (int step = 0; step < 100; step++) {
      millis += Duration.ofSeconds(9).toMillis();
      nanos += Duration.ofSeconds(1).toNanos();
      assertThat(lease.renew()).isTrue();
    }
  }

  @Test
  void leaseThatIsGivenBackIsNotRenewedButReceiversMayFinish() {
    assertThat(lease.beginEnd()).isTrue();
    assertThat(lease.beginEnd()).isFalse();
    assertThat(lease.renew()).isFalse();
    lease.require();
    lease.end();
    assertThatThrownBy(lease::require).isInstanceOf(IllegalStateException.class);
  }
}
