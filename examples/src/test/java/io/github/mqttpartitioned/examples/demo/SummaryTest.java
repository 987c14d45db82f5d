// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void scriptsReadTheLine() {
    assertThat(Summary.of(new Tally.Sums(5, 4, 1, 2, 3, 6)))
        .hasToString("demo: published=5 processed=4 lost=1 duplicated=2");
  }

  @Test
  void lostOrDuplicatedIsWrong() {
    assertThat(new Summary(5, 5, 0, 0).isRight()).isTrue();
    assertThat(new Summary(5, 4, 1, 0).isRight()).isFalse();
    assertThat(new Summary(5, 6, 0, 1).isRight()).isFalse();
  }
}
