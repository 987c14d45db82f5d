// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_TLS_FILE_UNUSABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.pem.OldKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files of the certificates that a user trusts. */
class TrustFilesTest extends TlsFiles {

  @Test
  void trustIsPemOrDer() throws Exception {
    trust(file("ca.pem", pem(rsa.chain()) + OldKeys.pkcs8(rsa.key())), StoreType.PEM);
    Path der = folder.resolve("ca.der");
    Files.write(der, rsa.chain().get(2).getEncoded());
    trust(der, StoreType.PEM);
  }

  @Test
  void trustIsSomebodysAtLeast() throws Exception {
    KeyStore empty = KeyStore.getInstance("PKCS12");
    empty.load(null, null);
    Path file = store(empty, "empty.p12");
    assertThat(distrust(file, StoreType.PKCS12))
        .hasMessageContaining(
            "empty.p12 cannot be used as PKCS12: it holds no trusted certificate");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "k", rsa.key(), "secret".toCharArray(), rsa.chain().toArray(X509Certificate[]::new));
    assertThat(distrust(store(own, "own.p12"), StoreType.PKCS12).advice())
        .contains("keytool -importcert");
  }

  @ParameterizedTest
  @EnumSource
  void trustIsInAFileThatIsThere(StoreType type) {
    NetworkException failure = distrust(folder.resolve("no.file"), type);
    assertThat(failure)
        .hasMessageStartingWith("ssl.truststore.location=" + folder.resolve("no.file"))
        .hasMessageEndingWith("cannot be used as " + type + ": there is no such file");
    assertThat(failure.condition()).isEqualTo(MQTT_TLS_FILE_UNUSABLE);
    assertThat(failure.isFinal()).isTrue();
  }

  @Test
  void trustIsNoFileOfAnotherKind() throws Exception {
    Path key = file("key.pem", OldKeys.pkcs8(rsa.key()));
    assertThat(distrust(key, StoreType.PEM)).hasMessageContaining("it holds no certificate");
    assertThat(distrust(file("x.pem", ""), StoreType.PEM)).hasMessageContaining("it is empty");
    assertThat(distrust(file("x.pem", "hello"), StoreType.PEM))
        .hasMessageContaining("neither PEM nor DER");
    assertThat(distrust(file("x.pem", OldKeys.pem("PKCS7", new byte[3])), StoreType.PEM))
        .hasMessageContaining("openssl pkcs7 -print_certs");
    String signedData = OldKeys.pem("PKCS #7 SIGNED DATA", new byte[3]);
    assertThat(distrust(file("x.pem", signedData), StoreType.PEM))
        .hasMessageContaining("openssl pkcs7 -print_certs");
    assertThat(distrust(store(rsa.chain().get(0)), StoreType.PEM))
        .hasMessageContaining("PKCS12 store");
    assertThat(distrust(file("x.p12", pem(rsa.chain())), StoreType.PKCS12))
        .hasMessageContaining("x.p12");
  }

  /** The JDK skips certificates that it cannot decrypt. */
  @Test
  void trustIsHiddenWithoutThePasswordOfItsStore() throws Exception {
    Path file = store(rsa.chain().get(0));
    NetworkException failure = distrust(file, StoreType.PKCS12, null);
    assertThat(failure).hasMessageEndingWith("nothing in it can be read without a password");
    assertThat(failure.advice()).contains("ssl.truststore.password");
  }

  @Test
  void trustHasThePasswordOfItsStore() throws Exception {
    Path file = store(rsa.chain().get(0));
    NetworkException failure = distrust(file, StoreType.PKCS12, "hunter2");
    assertThat(failure).hasMessageEndingWith("its password does not fit");
    assertThat(failure.getMessage() + failure.advice()).doesNotContain("hunter2");
  }
}
