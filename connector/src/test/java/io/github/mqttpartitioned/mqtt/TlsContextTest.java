// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.mqttpartitioned.mqtt.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.TlsSettings.StoreType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsContextTest {

  @TempDir Path folder;

  @Test
  void fileThatIsNotThereIsNamedWithItsOption() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trust(folder.resolve("no.p12"), StoreType.PKCS12))
        .withMessageStartingWith("[MQTT_TLS_FILE_UNUSABLE] Cannot use ssl.truststore.location=")
        .withMessageContaining("no.p12 as PKCS12: NoSuchFileException")
        .withMessageEndingWith(
            "Check that the file is on every host, and check its type and its password.");
  }

  @Test
  void fileOfAnotherKindSaysWhatIsAccepted() throws Exception {
    Path file = folder.resolve("key.pem");
    Files.writeString(file, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trust(file, StoreType.PEM))
        .withMessageStartingWith("[MQTT_TLS_FILE_UNUSABLE] Cannot use ssl.truststore.location=")
        .withMessageContaining(
            """
            it holds a RSA PRIVATE KEY; accepted are CERTIFICATE, PRIVATE KEY and ENCRYPTED \
            PRIVATE KEY (PKCS#8). Check""");
  }

  private static void trust(Path file, StoreType type) {
    TlsContext.socketFactory(
        new TlsSettings(new KeyMaterial(file.toString(), null, type), null, true));
  }
}
