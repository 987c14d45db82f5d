// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final long SECOND = 1_000_000_000;

  private long nanos = Long.MAX_VALUE - 50 * SECOND; // nanoTime may overflow on the way

  private Retention retention(Duration duration) {
    return new Retention(duration, () -> nanos);
  }

  @Test
  void withoutRetentionACommitMayBeTrimmedAtOnce() {
    Retention retention = retention(Duration.ZERO);
    assertThat(retention.expired()).isEmpty();
    retention.committed(SourceOffset.of(5));
    retention.committed(SourceOffset.of(7));
    assertThat(retention.expired()).contains(SourceOffset.of(7));
    assertThat(retention.expired()).isEmpty();
  }

  @Test
  void commitIsKeptForTheRetention() {
    Retention retention = retention(Duration.ofSeconds(100));
    retention.committed(SourceOffset.of(5));
    nanos += 50 * SECOND;
    retention.committed(SourceOffset.of(9));
    nanos += 50 * SECOND - 1;
    assertThat(retention.expired()).isEmpty();
    nanos++;
    assertThat(retention.expired()).contains(SourceOffset.of(5));
    assertThat(retention.expired()).isEmpty();
    nanos += 50 * SECOND;
    assertThat(retention.expired()).contains(SourceOffset.of(9));
  }

  @Test
  void manyCommitsTrimInSmallStepsNeitherEarlyNorLate() {
    Retention retention = retention(Duration.ofSeconds(100));
    long begin = nanos;
    for (long tick = 1; tick <= 30_000; tick++) {
      nanos = begin + tick * SECOND / 100;
      retention.committed(SourceOffset.of(tick));
      Optional<SourceOffset> expired = retention.expired();
      if (expired.isPresent()) {
        long age = tick - expired.get().get(0);
        assertThat(age).isBetween(10_000L, 10_101L);
      }
    }
  }
}
