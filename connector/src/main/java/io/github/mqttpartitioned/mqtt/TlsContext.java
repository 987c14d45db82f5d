// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_TLS_FILE_UNUSABLE;

import io.github.mqttpartitioned.mqtt.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.TlsSettings.StoreType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Turns {@link TlsSettings} into a factory of sockets: reads key and trust stores in JKS, PKCS12 or
 * PEM. Thread-safe: it has no state.
 */
final class TlsContext {

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]*)-----END \\1-----");
  private static final String ENTRY = "member";

  private TlsContext() {}

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException if a file cannot be used; the message names option and file
   */
  static SSLSocketFactory socketFactory(TlsSettings settings) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(settings.keyStore()), trustManagers(settings.trustStore()), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          MQTT_TLS_FILE_UNUSABLE.message(
              """
              Cannot set up TLS: %s. Check the files that ssl.truststore.location and \
              ssl.keystore.location name, and their passwords."""
                  .formatted(e.getMessage())),
          e);
    }
  }

  private static KeyManager @Nullable [] keyManagers(@Nullable KeyMaterial material)
      throws GeneralSecurityException {
    if (material == null) {
      return null;
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(load(material, "ssl.keystore.location"), passwordOf(material));
    return factory.getKeyManagers();
  }

  private static TrustManager @Nullable [] trustManagers(@Nullable KeyMaterial material)
      throws GeneralSecurityException {
    if (material == null) {
      return null;
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(load(material, "ssl.truststore.location"));
    return factory.getTrustManagers();
  }

  private static KeyStore load(KeyMaterial material, String option) {
    try {
      Path file = Path.of(material.location());
      return material.type() == StoreType.PEM
          ? loadPem(Files.readString(file, StandardCharsets.US_ASCII), material)
          : loadStore(file, material);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw unusable(material, option, e);
    }
  }

  private static IllegalArgumentException unusable(
      KeyMaterial material, String option, Exception e) {
    // Only an IOException is sure not to quote the file's content.
    boolean isPlain = e instanceof IOException;
    String kind = e.getClass().getSimpleName();
    return new IllegalArgumentException(
        MQTT_TLS_FILE_UNUSABLE.message(
            """
            Cannot use %s=%s as %s: %s. Check that the file is on every host, and check its type \
            and its password."""
                .formatted(
                    option,
                    material.location(),
                    material.type(),
                    isPlain ? kind + ": " + e.getMessage() : kind)),
        isPlain ? e : null);
  }

  private static KeyStore loadStore(Path file, KeyMaterial material)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(material.type().name());
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, material.revealPassword().orElse(null));
    }
    return store;
  }

  /** Without a private key the certificates are trusted; with one they are its chain. */
  private static KeyStore loadPem(String text, KeyMaterial material)
      throws IOException, GeneralSecurityException {
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    List<Certificate> chain = new ArrayList<>();
    PrivateKey key = null;
    Matcher matcher = PEM.matcher(text);
    while (matcher.find()) {
      byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
      switch (matcher.group(1)) {
        case "CERTIFICATE" ->
            chain.add(certificates.generateCertificate(new ByteArrayInputStream(der)));
        case "PRIVATE KEY" -> key = privateKey(new PKCS8EncodedKeySpec(der));
        case "ENCRYPTED PRIVATE KEY" -> key = privateKey(decrypt(der, material));
        default ->
            throw new IOException(
                """
                it holds a %s; accepted are CERTIFICATE, PRIVATE KEY and ENCRYPTED PRIVATE KEY \
                (PKCS#8)"""
                    .formatted(matcher.group(1)));
      }
    }
    if (chain.isEmpty()) {
      throw new IOException("it holds no certificate");
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (key == null) {
      for (int i = 0; i < chain.size(); i++) {
        store.setCertificateEntry(ENTRY + i, chain.get(i));
      }
    } else {
      store.setKeyEntry(ENTRY, key, passwordOf(material), chain.toArray(Certificate[]::new));
    }
    return store;
  }

  private static KeySpec decrypt(byte[] der, KeyMaterial material)
      throws IOException, GeneralSecurityException {
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    String algorithm =
        info.getAlgParameters() == null
            ? info.getAlgName()
            : info.getAlgParameters().toString().startsWith("PBE")
                ? info.getAlgParameters().toString()
                : info.getAlgName();
    Key password =
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(passwordOf(material)));
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(Cipher.DECRYPT_MODE, password, info.getAlgParameters());
    return info.getKeySpec(cipher);
  }

  private static PrivateKey privateKey(KeySpec spec) throws GeneralSecurityException {
    for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        // The key is of another kind: the next algorithm may fit.
      }
    }
    throw new InvalidKeySpecException("neither RSA, EC nor Ed25519");
  }

  private static char[] passwordOf(KeyMaterial material) {
    return material.revealPassword().orElse(new char[0]);
  }
}
