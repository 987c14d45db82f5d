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
  void alertsGoBackOverTheConnectionOfTheSource() {
    assertThat(
            ClusterQuery.connection(
                ClusterQuery.options(
                    "brokerURL=ssl://a,ssl://b",
                    "brokerMode=cluster",
                    "username=user",
                    "passwordFile=/run/password",
                    "ssl.truststore.location=/ca.pem",
                    "storeDir=/stores",
                    "metricsPort=0",
                    "clientIdPrefix=members")))
        .containsOnlyKeys(
            "brokerURL", "brokerMode", "username", "passwordFile", "ssl.truststore.location");
  }

  @Test
  void whatIsNoOptionIsRefused() {
    assertThatThrownBy(() -> ClusterQuery.options("brokerUrl"))
        .hasMessageContaining("'brokerUrl' is no option");
    assertThatThrownBy(() -> ClusterQuery.main(new String[] {"brokerUrl=tcp://a:1883"}))
        .hasMessageContaining("checkpointLocation=<path>");
  }
}
