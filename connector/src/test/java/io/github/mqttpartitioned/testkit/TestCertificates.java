// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Two fresh self-signed certificates, valid for a week: the server's, made out to localhost and
 * 127.0.0.1, and the client's. Made with the JDK's keytool; the files lie in a folder of the
 * caller's, who removes it. Immutable.
 */
public final class TestCertificates {

  /** Opens every key store and trust store made here. */
  public static final String PASSWORD = "testkit-password";

  private static final String ALIAS = "testkit";

  /**
   * One certificate with its private key.
   *
   * @param keystore PKCS12, holding both
   * @param truststore PKCS12, holding the certificate alone
   * @param certificatePem the certificate
   * @param keyPem the private key, PKCS8, without a password
   */
  public record Identity(Path keystore, Path truststore, String certificatePem, String keyPem) {

    /**
     * Spark's settings with which its processes show this certificate to each other, and trust it.
     */
    public Map<String, String> sparkSettings() {
      return Map.of(
          "spark.ssl.rpc.enabled",
          "true",
          "spark.ssl.rpc.protocol",
          "TLSv1.3",
          "spark.ssl.rpc.keyStore",
          keystore.toString(),
          "spark.ssl.rpc.keyStorePassword",
          PASSWORD,
          "spark.ssl.rpc.keyPassword",
          PASSWORD,
          "spark.ssl.rpc.trustStore",
          truststore.toString(),
          "spark.ssl.rpc.trustStorePassword",
          PASSWORD);
    }
  }

  private final Identity server;
  private final Identity client;

  private TestCertificates(Identity server, Identity client) {
    this.server = server;
    this.client = client;
  }

  /** Makes both certificates, and their stores in {@code folder}. */
  public static TestCertificates in(Path folder) {
    return new TestCertificates(
        identity(folder, "server", "SAN=dns:localhost,ip:127.0.0.1"),
        identity(folder, "client", "BC=ca:true"));
  }

  /** What the broker shows, and clients have to trust. */
  public Identity server() {
    return server;
  }

  /** What a client shows where the broker requires a certificate. */
  public Identity client() {
    return client;
  }

  /** Shows the client certificate, and trusts the server's. */
  public SSLContext clientContext() {
    try {
      char[] password = PASSWORD.toCharArray();
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(KeyStore.getInstance(client.keystore().toFile(), password), password);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(KeyStore.getInstance(server.truststore().toFile(), password));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot use the test certificates", e);
    }
  }

  /** Shows the server certificate, and asks for none. */
  public SSLContext serverContext() {
    try {
      char[] password = PASSWORD.toCharArray();
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(KeyStore.getInstance(server.keystore().toFile(), password), password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot use the test certificates", e);
    }
  }

  private static Identity identity(Path folder, String name, String extension) {
    try {
      Path keystore = folder.resolve(name + ".p12");
      keytool(
          "-genkeypair",
          "-alias",
          ALIAS,
          "-dname",
          "CN=" + name,
          "-ext",
          extension,
          "-keyalg",
          "EC",
          "-groupname",
          "secp256r1",
          "-validity",
          "7",
          "-storetype",
          "PKCS12",
          "-storepass",
          PASSWORD,
          "-keystore",
          keystore.toString());
      KeyStore store = KeyStore.getInstance(keystore.toFile(), PASSWORD.toCharArray());
      PrivateKey key = (PrivateKey) store.getKey(ALIAS, PASSWORD.toCharArray());
      X509Certificate certificate = (X509Certificate) store.getCertificate(ALIAS);
      return new Identity(
          keystore,
          truststore(folder.resolve(name + "-trust.p12"), certificate),
          pem("CERTIFICATE", certificate.getEncoded()),
          pem("PRIVATE KEY", key.getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Cannot make a certificate in " + folder, e);
    }
  }

  private static Path truststore(Path file, X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry(ALIAS, certificate);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    store.store(bytes, PASSWORD.toCharArray());
    return Files.write(file, bytes.toByteArray());
  }

  private static String pem(String kind, byte[] der) {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, lines, kind);
  }

  static void keytool(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool failed: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while keytool ran", e);
    }
  }
}
