// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleWaitTest {

  private long nanos;
  private boolean news;
  private Runnable meanwhile = () -> {};

  private final IdleWait idle =
      new IdleWait(
          () -> nanos,
          time -> {
            if (Thread.interrupted()) {
              throw new InterruptedException();
            }
            nanos += time.toNanos();
            meanwhile.run();
          });

  @Test
  void questionIsKeptOnceSeveralInARowHaveFoundNothing() {
    for (int question = 0; question < IdleWait.IN_A_ROW; question++) {
      assertThat(waited()).isZero();
    }
    assertThat(waited()).isEqualTo(IdleWait.LONGEST);
    nanos += Duration.ofMillis(10).toNanos();
    assertThat(waited()).isEqualTo(IdleWait.LONGEST);
  }

  @Test
  void newsEndsTheWait() {
    beIdle();
    meanwhile = () -> news = nanos >= Duration.ofMillis(20).toNanos();
    assertThat(idle.forNews(() -> news)).isTrue();
    assertThat(nanos).isEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void questionBehindNewsIsAnsweredAtOnce() {
    beIdle();
    assertThat(idle.forNews(() -> true)).isTrue();
    assertThat(waited()).isZero();
  }

  @Test
  void questionBehindOneThatFoundSomethingIsAnsweredAtOnce() {
    beIdle();
    idle.found();
    assertThat(waited()).isZero();
  }

  @Test
  void questionThatComesLaterIsAnsweredAtOnceAndTheNextOnesToo() {
    beIdle();
    nanos += IdleWait.SOON.plusNanos(1).toNanos();
    assertThat(waited()).isZero();
    assertThat(waited()).isZero();
  }

  @Test
  void triggerThatSetsThePaceIsNotHeldUpByAnEarlyQuestion() {
    for (int millis : new int[] {50, 50, 12, 50, 50}) {
      nanos += Duration.ofMillis(millis).toNanos();
      assertThat(waited()).isZero();
    }
  }

  @Test
  void interruptEndsTheWaitAndStays() {
    beIdle();
    Thread.currentThread().interrupt();
    assertThat(waited()).isZero();
    assertThat(Thread.interrupted()).isTrue();
  }

  private void beIdle() {
    for (int question = 0; question < IdleWait.IN_A_ROW; question++) {
      waited();
    }
  }

  private Duration waited() {
    long begun = nanos;
    assertThat(idle.forNews(() -> news)).isFalse();
    return Duration.ofNanos(nanos - begun);
  }
}
