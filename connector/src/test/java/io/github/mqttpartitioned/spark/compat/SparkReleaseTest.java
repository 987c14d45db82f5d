// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.compat;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SparkReleaseTest {

  @ParameterizedTest
  @ValueSource(strings = {"2.4.8", "3.0.0", "3.4.3", "3.4.1-amzn-2"})
  void refusesOlderReleases(String release) {
    assertThatThrownBy(() -> SparkRelease.requireSupported(release))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "[MQTT_SPARK_VERSION] The connector runs on Spark 3.5 and later, but this is Spark %s. Run the query on Spark 3.5 or later.",
            release);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.5.0", "3.5.6-amzn-1", "4.0.4", "4.2.0", "10.0", "next"})
  void acceptsOthers(String release) {
    SparkRelease.requireSupported(release);
  }

  @Test
  void acceptsTheReleaseOfThisJvm() {
    SparkRelease.requireSupported();
  }
}
