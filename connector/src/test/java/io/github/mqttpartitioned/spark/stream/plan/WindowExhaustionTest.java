// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowExhaustionTest {

  private long nanos;
  private final WindowExhaustion window = new WindowExhaustion(10, () -> nanos);

  private boolean reached(long first, long second) {
    return window.isReached(SourceOffset.of(100, 100), SourceOffset.of(first, second));
  }

  @Test
  void windowOfOneMemberIsFull() {
    assertThat(reached(109, 109)).isFalse();
    assertThat(reached(101, 110)).isTrue();
  }

  @Test
  void nothingHasComeForAWhile() {
    assertThat(reached(101, 101)).isFalse();
    nanos += Duration.ofMillis(999).toNanos();
    assertThat(reached(102, 101)).isFalse();
    nanos += Duration.ofMillis(999).toNanos();
    assertThat(reached(102, 101)).isFalse();
    nanos += Duration.ofMillis(1).toNanos();
    assertThat(reached(102, 101)).isTrue();
    assertThat(reached(103, 101)).isFalse();
  }
}
