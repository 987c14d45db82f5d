// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {

  @Test
  void returnsTheFirstValueThatMeetsTheCondition() {
    AtomicInteger counter = new AtomicInteger();

    int value =
        Await.value("three", Duration.ofSeconds(10), counter::incrementAndGet, now -> now == 3);

    assertThat(value).isEqualTo(3);
  }

  @Test
  void saysWhatWasAwaitedAndWhatWasThereInstead() {
    assertThatThrownBy(
            () -> Await.value("four", Duration.ofMillis(20), () -> "three", "four"::equals))
        .isInstanceOf(AssertionError.class)
        .hasMessage("Waited PT0.02S for four; last value: three");
  }

  @Test
  void looksOnceEvenWithoutTime() {
    Await.until("the truth", Duration.ZERO, () -> true);
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Await.until("never", Duration.ofMinutes(1), () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("Interrupted waiting");
    assertThat(Thread.interrupted()).isTrue();
  }
}
