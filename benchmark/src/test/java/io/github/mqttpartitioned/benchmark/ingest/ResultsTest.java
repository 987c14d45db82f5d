// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Scheme;
import org.junit.jupiter.api.Test;

class ResultsTest {

  @Test
  void ratiosAreToPahoAndToTcpAtTheSameQos() {
    Results results = new Results();
    results.add(Side.PAHO, Scheme.TCP, 1, 50_000);
    results.add(Side.CONNECTOR, Scheme.WS, 1, 1_500_000);
    results.add(Side.CONNECTOR, Scheme.TCP, 1, 2_000_000);
    results.add(Side.CONNECTOR, Scheme.TCP, 1, 1_000_000);
    results.add(Side.CONNECTOR, Scheme.TCP, 1, 3_000_000);
    results.add(Side.CONNECTOR, Scheme.TCP, 2, 1_000_000);
    assertThat(results.table())
        .isEqualTo(
            """
            | side      | over | QoS |    messages/s: median [min–max] | to stock Paho | to TCP |
            | --------- | ---: | --: | ------------------------------: | ------------: | -----: |
            | connector |  tcp |   1 | 2,000,000 [1,000,000–3,000,000] |        40.0 × |        |
            | connector |   ws |   1 | 1,500,000 [1,500,000–1,500,000] |        30.0 × |   0.75 |
            | paho      |  tcp |   1 |          50,000 [50,000–50,000] |         1.0 × |        |
            | connector |  tcp |   2 | 1,000,000 [1,000,000–1,000,000] |               |        |
            """);
  }
}
