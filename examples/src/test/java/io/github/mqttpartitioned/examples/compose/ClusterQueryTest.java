// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClusterQueryTest {

  @Test
  void anArgumentIsAnOptionAndItsValue() {
    assertThat(ClusterQuery.options("brokerUrl=tcp://a:1883", "group=a=b"))
        .containsEntry("brokerUrl", "tcp://a:1883")
        .containsEntry("group", "a=b");
  }

  @Test
  void whatIsNoOptionIsRefused() {
    assertThatThrownBy(() -> ClusterQuery.options("brokerUrl"))
        .hasMessageContaining("'brokerUrl' is no option");
    assertThatThrownBy(() -> ClusterQuery.main(new String[] {"brokerUrl=tcp://a:1883"}))
        .hasMessageContaining("checkpointLocation=<path>");
  }
}
