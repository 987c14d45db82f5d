package io.github.mqttpartitioned.source;

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
  void firstQuestionIsAnsweredAtOnce() {
    assertThat(waited()).isZero();
  }

  @Test
  void questionRightBehindOneThatFoundNothingIsKept() {
    waited();
    assertThat(waited()).isEqualTo(IdleWait.LONGEST);
    nanos += Duration.ofMillis(10).toNanos();
    assertThat(waited()).isEqualTo(IdleWait.LONGEST);
  }

  @Test
  void newsEndsTheWait() {
    waited();
    meanwhile = () -> news = nanos >= Duration.ofMillis(20).toNanos();
    assertThat(idle.forNews(() -> news)).isTrue();
    assertThat(nanos).isEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void questionBehindNewsIsAnsweredAtOnce() {
    waited();
    assertThat(idle.forNews(() -> true)).isTrue();
    assertThat(waited()).isZero();
  }

  @Test
  void questionThatComesLaterIsAnsweredAtOnce() {
    waited();
    nanos += IdleWait.SOON.plusNanos(1).toNanos();
    assertThat(waited()).isZero();
  }

  @Test
  void interruptEndsTheWaitAndStays() {
    waited();
    Thread.currentThread().interrupt();
    assertThat(waited()).isZero();
    assertThat(Thread.interrupted()).isTrue();
  }

  private Duration waited() {
    long begun = nanos;
    assertThat(idle.forNews(() -> news)).isFalse();
    return Duration.ofNanos(nanos - begun);
  }
}
