// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * An authority that issues certificates through an intermediate one. Made with the JDK's keytool,
 * in a folder of the caller's. Confined to one thread.
 */
public final class TestAuthority {

  private static final String ROOT = "root";
  private static final String INTERMEDIATE = "intermediate";

  private final Path store;

  /**
   * A certificate with its key.
   *
   * @param chain its own certificate, the intermediate's, the root's
   */
  public record Issued(PrivateKey key, List<X509Certificate> chain) {

    /** Shows the certificate as a server. */
    public SSLContext context() {
      try {
        char[] password = TestCertificates.PASSWORD.toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", key, password, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory keys =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("Cannot use a certificate", e);
      }
    }
  }

  private TestAuthority(Path store) {
    this.store = store;
  }

  /** Makes an authority. */
  public static TestAuthority in(Path folder) {
    TestAuthority authority = new TestAuthority(folder.resolve("authority.p12"));
    authority.make(ROOT, "RSA", "-ext", "BC=ca:true");
    authority.make(INTERMEDIATE, "RSA", "-signer", ROOT, "-ext", "BC=ca:true");
    return authority;
  }

  /**
   * Issues a certificate.
   *
   * @param algorithm of its key: RSA or EC
   * @param more more arguments of keytool
   */
  public Issued issue(String name, String algorithm, String... more) {
    String[] arguments = Arrays.copyOf(more, more.length + 2);
    arguments[more.length] = "-signer";
    arguments[more.length + 1] = INTERMEDIATE;
    make(name, algorithm, arguments);
    char[] password = TestCertificates.PASSWORD.toCharArray();
    try {
      KeyStore keys = KeyStore.getInstance(store.toFile(), password);
      List<X509Certificate> chain = new ArrayList<>();
      for (var one : keys.getCertificateChain(name)) {
        chain.add((X509Certificate) one);
      }
      return new Issued((PrivateKey) keys.getKey(name, password), chain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot issue a certificate", e);
    }
  }

  private void make(String name, String algorithm, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-validity",
                "7",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                TestCertificates.PASSWORD));
    arguments.addAll(List.of(more));
    try {
      TestCertificates.keytool(arguments.toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
