// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.pem.OldKeys;
import io.github.mqttpartitioned.testkit.TestAuthority.Issued;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of keys and their certificates, as the programs of this world write them. */
class TlsContextTest extends TlsFiles {

  @Nested
  class Keys {

    @Test
    void arePkcs8() throws Exception {
      assertShown(rsa, pem(rsa.chain()) + OldKeys.pkcs8(rsa.key()));
      assertShown(ec, OldKeys.pkcs8(ec.key()) + pem(ec.chain()));
    }

    @Test
    void arePkcs1() throws Exception {
      assertShown(rsa, pem(rsa.chain()) + OldKeys.pkcs1(rsa.key()));
    }

    @Test
    void areSec1WithTheirCurveBesideThem() throws Exception {
      assertShown(ec, pem(ec.chain()) + OldKeys.sec1(ec.key()));
      assertShown(ec, pem(ec.chain()) + OldKeys.sec1WithoutCurve(ec.key()));
    }

    @Test
    void areEncryptedPkcs8() throws Exception {
      String text = pem(rsa.chain()) + OldKeys.encrypted(rsa.key(), "hunter2");
      assertShown(rsa, show(file("key.pem", text), null, "hunter2"));
      assertThat(failure(file("key.pem", text), null, "wrong").getMessage())
          .contains("key.pem")
          .endsWith("its private key cannot be decrypted: ssl.keystore.password is wrong")
          .doesNotContain("wrong-");
      assertThat(failure(file("key.pem", text), null, null))
          .hasMessageContaining("is encrypted, but ssl.keystore.password is not given");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY"})
    void ofOldEncryptionAreNamedWithTheWayToConvertThem(String label) throws Exception {
      String block =
          OldKeys.pem(label, new byte[100])
              .replace(
                  "KEY-----\n",
                  "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233\n\n");
      assertThat(failure(file("old.pem", pem(rsa.chain()) + block), null, "hunter2"))
          .hasMessageContaining("old.pem")
          .hasMessageContaining("encrypted as old OpenSSL did it (DEK-Info), not as PKCS#8")
          .hasMessageContaining("openssl pkcs8 -topk8");
    }

    @Test
    void ofOpenSshAreNamed() throws Exception {
      String text = pem(rsa.chain()) + OldKeys.pem("OPENSSH PRIVATE KEY", new byte[9]);
      assertThat(failure(file("ssh.pem", text), null, null)).hasMessageContaining("ssh-keygen");
    }

    @Test
    void lieInAFileOfTheirOwn() throws Exception {
      Path certificates = file("tls.crt", pem(rsa.chain()));
      assertShown(rsa, show(certificates, file("tls.key", OldKeys.pkcs1(rsa.key())), null));
      Path der = Files.write(folder.resolve("key.der"), rsa.key().getEncoded());
      assertShown(rsa, show(certificates, der, null));
    }

    @Test
    void inAFileThatCannotBeReadAreBlamedOnTheirOwnOption() throws Exception {
      Path certificates = file("tls.crt", pem(rsa.chain()));
      Path missing = folder.resolve("tls.key");
      assertThat(failure(certificates, missing, null))
          .hasMessage(
              "ssl.keystore.key.location=%s cannot be used as PEM: there is no such file"
                  .formatted(missing));
      assertThat(failure(certificates, folder, null))
          .hasMessage(
              "ssl.keystore.key.location=%s cannot be used as PEM: it is a directory"
                  .formatted(folder));
      assertThat(failure(folder, missing, null))
          .hasMessage(
              "ssl.keystore.location=%s cannot be used as PEM: it is a directory"
                  .formatted(folder));
    }

    @Test
    void areEncryptedPkcs8InDer() throws Exception {
      String block = OldKeys.encrypted(rsa.key(), "hunter2").replaceAll("-----.*-----", "");
      Path key =
          Files.write(folder.resolve("key.der"), Base64.getMimeDecoder().decode(block.strip()));
      Path certificates = file("tls.crt", pem(rsa.chain()));
      assertShown(rsa, show(certificates, key, "hunter2"));
      assertThat(failure(certificates, key, "wrong"))
          .hasMessageEndingWith("cannot be decrypted: ssl.keystore.password is wrong");
    }

    @Test
    void mayStandBehindOlderOnes() throws Exception {
      assertShown(rsa, OldKeys.pkcs8(ec.key()) + pem(rsa.chain()) + OldKeys.pkcs1(rsa.key()));
    }

    @Test
    void areNotGivenBesideAKeyStore() throws Exception {
      NetworkException failure =
          catchThrowableOfType(
              NetworkException.class,
              () ->
                  TlsContext.keyManager(
                      new TlsSettings(
                          null,
                          new KeyMaterial(
                              store(rsa.chain().get(0)).toString(),
                              new Secret("secret"),
                              StoreType.JKS),
                          "/tls.key",
                          true,
                          List.of())));
      assertThat(failure).hasMessageContaining("but ssl.keystore.key.location is given, too");
    }

    @Test
    void areMissed() throws Exception {
      Path certificates = file("tls.crt", pem(rsa.chain()));
      NetworkException inFile = failure(certificates, null, null);
      assertThat(inFile).hasMessageContaining("tls.crt cannot be used as PEM: it holds no private");
      assertThat(inFile.advice()).contains("ssl.keystore.key.location");
      assertThat(failure(certificates, certificates, null))
          .hasMessageStartingWith("ssl.keystore.key.location=" + certificates)
          .hasMessageContaining("it holds no private key");
      NetworkException inStore = failure(StoreType.PKCS12, store(rsa.chain().get(0)));
      assertThat(inStore).hasMessageContaining("it holds no private key");
      assertThat(inStore.advice()).contains("openssl pkcs12 -export");
    }

    @Test
    void ofAnotherCertificateAreNamed() throws Exception {
      for (List<Issued> pair : List.of(List.of(ec, rsa), List.of(rsa, ec))) {
        Issued own = pair.get(0);
        Issued other = pair.get(1);
        assertThat(
                failure(file("c", pem(own.chain())), file("k", OldKeys.pkcs8(other.key())), null))
            .hasMessageContaining("none of its certificates is that of the private key in ");
      }
    }

    @Test
    void thatAreDamagedAreNamedAndNotQuoted() throws Exception {
      for (String label : List.of("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")) {
        NetworkException failure =
            failure(
                file("bad.pem", pem(rsa.chain()) + OldKeys.pem(label, new byte[40])), null, null);
        assertThat(failure).hasMessageContaining("bad.pem").hasMessageContaining("damaged");
        assertThat(failure.getCause()).isNull();
      }
      String cut = OldKeys.pkcs8(rsa.key());
      assertThat(failure(file("cut.pem", cut.substring(0, 500)), null, null))
          .hasMessageContaining("it is cut off");
      String keyInFront = cut.substring(0, 500) + "\n" + pem(rsa.chain());
      assertThat(failure(file("cut.pem", keyInFront), null, null))
          .hasMessageContaining("it is cut off: the END line of its block 1 is missing");
    }
  }

  @Nested
  class Chains {

    @Test
    void arePutInOrder() throws Exception {
      List<X509Certificate> reversed = new ArrayList<>(rsa.chain());
      Collections.reverse(reversed);
      reversed.add(1, ec.chain().get(0));
      assertShown(rsa, OldKeys.pkcs8(rsa.key()) + pem(reversed));
    }
  }

  @Nested
  class Texts {

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "ISO-8859-1"})
    void mayHaveCommentsInAnyEncoding(String encoding) throws Exception {
      String text = "Aussteller: Prüfstelle – größte\n" + pem(rsa.chain()).replace("\n", "\r\n");
      Path file = folder.resolve("ca.pem");
      Files.write(file, text.getBytes(Charset.forName(encoding)));
      trust(file, StoreType.PEM);
    }

    /** The charset UTF-16 writes a byte order mark; the other two do not. */
    @ParameterizedTest
    @CsvSource({"UTF-16, ''", "UTF-16LE, '\uFEFF'", "UTF-16BE, '\uFEFF'"})
    void mayBeUtf16AsWindowsPowerShellWritesIt(String encoding, String mark) throws Exception {
      String text = (mark + OldKeys.pkcs8(rsa.key()) + pem(rsa.chain())).replace("\n", "\r\n");
      Path file = folder.resolve("identity.pem");
      Files.write(file, text.getBytes(Charset.forName(encoding)));
      trust(file, StoreType.PEM);
      assertShown(rsa, show(file, null, null));
    }

    @Test
    void mayHaveLabelsInLowerCase() throws Exception {
      trust(file("ca.pem", pem(rsa.chain()).replace("CERT", "cert")), StoreType.PEM);
    }

    @Test
    void areKnownByTheirContentWhereTheNameTellsNothing() throws Exception {
      Path file = file("tls.cert", pem(rsa.chain()) + OldKeys.pkcs8(rsa.key()));
      trust(file, StoreType.JKS);
      assertThat(
              TlsContext.keyManager(
                  new TlsSettings(
                      null, new KeyMaterial(file.toString(), null, StoreType.JKS), true)))
          .isNotNull();
      assertThat(distrust(file("tls.cert", "hello"), StoreType.JKS))
          .hasMessageContaining("cannot be used as JKS");
    }

    @Test
    void mayBeginWithAByteOrderMark() throws Exception {
      trust(file("ca.pem", "\uFEFF" + pem(rsa.chain())), StoreType.PEM);
      assertShown(rsa, "\uFEFF" + OldKeys.pkcs8(rsa.key()) + pem(rsa.chain()));
    }
  }

  private void assertShown(Issued expected, String text) throws Exception {
    assertShown(expected, show(file("identity.pem", text), null, null));
  }

  private static void assertShown(Issued expected, X509ExtendedKeyManager shown) {
    String alias = shown.getClientAliases(expected.key().getAlgorithm(), null)[0];
    assertThat(shown.getCertificateChain(alias)).containsExactlyElementsOf(expected.chain());
    assertThat(secret(shown.getPrivateKey(alias))).isEqualTo(secret(expected.key()));
  }

  /** Two forms of one key are no equal objects. */
  private static BigInteger secret(PrivateKey key) {
    return key instanceof ECPrivateKey ec ? ec.getS() : ((RSAPrivateKey) key).getPrivateExponent();
  }

  private static X509ExtendedKeyManager show(
      Path certificates, @Nullable Path key, @Nullable String password) throws NetworkException {
    return Objects.requireNonNull(
        TlsContext.keyManager(
            new TlsSettings(
                null,
                new KeyMaterial(
                    certificates.toString(),
                    password == null ? null : new Secret(password),
                    StoreType.PEM),
                key == null ? null : key.toString(),
                true,
                List.of())));
  }

  private static NetworkException failure(
      Path certificates, @Nullable Path key, @Nullable String password) {
    return catchThrowableOfType(NetworkException.class, () -> show(certificates, key, password));
  }

  private static NetworkException failure(StoreType type, Path file) {
    return catchThrowableOfType(
        NetworkException.class,
        () ->
            TlsContext.keyManager(
                new TlsSettings(
                    null, new KeyMaterial(file.toString(), new Secret("secret"), type), true)));
  }
}
