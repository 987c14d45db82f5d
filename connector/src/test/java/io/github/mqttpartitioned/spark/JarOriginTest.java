// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.URL;
import org.junit.jupiter.api.Test;

class JarOriginTest {

  @Test
  void artifactOfASessionIsRefused() throws Exception {
    URL jar =
        url(
            "file:/tmp/artifacts-ac748651-8f7a-4d5d-be1c-a581dd4d854b"
                + "/5cf4e6c6-4d16-4ff4-9c5e-c1321269295b/jars/mqtt-partitioned-0.1.0.jar");
    assertThatThrownBy(() -> JarOrigin.check(jar))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith("[MQTT_JAR_OF_ONE_SESSION] ")
        .hasMessageContaining("start the Connect server with --jars");
  }

  @Test
  void jarOfTheApplicationIsAccepted() throws Exception {
    URL jar = url("file:/opt/artifacts/spark/jars/mqtt-partitioned-0.1.0.jar");
    assertThatCode(() -> JarOrigin.check(jar)).doesNotThrowAnyException();
    assertThatCode(JarOrigin::check).doesNotThrowAnyException();
  }

  private static URL url(String text) throws Exception {
    return URI.create(text).toURL();
  }
}
