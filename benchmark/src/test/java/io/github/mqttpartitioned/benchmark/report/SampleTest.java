// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SampleTest {

  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(sample(5, 1, 1_000_000).medianAndRange()).isEqualTo("5 [1–1,000,000]");
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
    assertThat(sample(4, 1, 2, 100).median()).isEqualTo(3);
  }

  private static Sample sample(double... values) {
    Sample sample = new Sample();
    for (double value : values) {
      sample.add(value);
    }
    return sample;
  }
}
