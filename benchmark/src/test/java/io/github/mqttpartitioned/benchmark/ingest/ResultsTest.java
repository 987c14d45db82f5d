// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ResultsTest {

  @Test
  void ratiosAreToPahoAtTheSameQos() {
    Results results = new Results();
    results.add(Side.PAHO, 1, 50_000);
    results.add(Side.CONNECTOR, 1, 2_000_000);
    results.add(Side.CONNECTOR, 1, 1_000_000);
    results.add(Side.CONNECTOR, 1, 3_000_000);
    results.add(Side.CONNECTOR, 2, 1_000_000);
    assertThat(results.table())
        .isEqualTo(
            """
            | side      | QoS |    messages/s: median [min–max] | to stock Paho |
            | --------- | --: | ------------------------------: | ------------: |
            | connector |   1 | 2,000,000 [1,000,000–3,000,000] |        40.0 × |
            | paho      |   1 |          50,000 [50,000–50,000] |         1.0 × |
            | connector |   2 | 1,000,000 [1,000,000–1,000,000] |               |
            """);
  }
}
