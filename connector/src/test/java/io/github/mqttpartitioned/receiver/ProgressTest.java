// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {

  @Test
  void eachOffsetOnlyGrows() {
    Progress progress = new Progress(7, 3);
    assertThat(progress.max(Progress.NONE)).isEqualTo(progress);
    assertThat(progress.max(Progress.ofProcessed(6))).isEqualTo(progress);
    assertThat(progress.max(Progress.ofTrim(5))).isEqualTo(new Progress(7, 5));
    assertThat(Progress.ofProcessed(9).max(progress)).isEqualTo(new Progress(9, 3));
  }
}
