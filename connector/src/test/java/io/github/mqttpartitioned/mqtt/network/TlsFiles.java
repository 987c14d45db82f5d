// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.pem.OldKeys;
import io.github.mqttpartitioned.testkit.TestAuthority;
import io.github.mqttpartitioned.testkit.TestAuthority.Issued;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Files of certificates and keys for the tests of what reads them. */
abstract class TlsFiles {

  static Issued rsa;
  static Issued ec;

  @TempDir Path folder;

  @BeforeAll
  static void issue(@TempDir Path authority) {
    TestAuthority made = TestAuthority.in(authority);
    rsa = made.issue("rsa", "RSA");
    ec = made.issue("ec", "EC", "-groupname", "secp256r1");
  }

  static NetworkException distrust(Path file, StoreType type) {
    return catchThrowableOfType(NetworkException.class, () -> trust(file, type));
  }

  static NetworkException distrust(Path file, StoreType type, @Nullable String password) {
    return catchThrowableOfType(NetworkException.class, () -> trust(file, type, password));
  }

  static void trust(Path file, StoreType type) throws NetworkException {
    trust(file, type, type == StoreType.PEM ? null : "secret");
  }

  private static void trust(Path file, StoreType type, @Nullable String password)
      throws NetworkException {
    Secret secret = password == null ? null : new Secret(password);
    TlsClient.of(new TlsSettings(new KeyMaterial(file.toString(), secret, type), null, true));
  }

  final Path store(X509Certificate trusted) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("a", trusted);
    return store(store, "trust.p12");
  }

  final Path store(KeyStore store, String name) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    store.store(bytes, "secret".toCharArray());
    return Files.write(folder.resolve(name), bytes.toByteArray());
  }

  final Path file(String name, String text) throws Exception {
    return Files.write(folder.resolve(name), text.getBytes(UTF_8));
  }

  static String pem(List<X509Certificate> certificates) throws Exception {
    StringBuilder all = new StringBuilder();
    for (X509Certificate one : certificates) {
      all.append(OldKeys.pem("CERTIFICATE", one.getEncoded()));
    }
    return all.toString();
  }
}
