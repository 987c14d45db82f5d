// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

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

/** Turns {@link TlsSettings} into sockets: key and trust stores in JKS, PKCS12 or PEM. */
public final class TlsContext {

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]*)-----END \\1-----");
  private static final String ENTRY = "member";

  private TlsContext() {}

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException naming the option and the file that cannot be used
   */
  public static SSLSocketFactory socketFactory(TlsSettings settings) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(settings.keyStore()), trustManagers(settings.trustStore()), null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("Cannot set up TLS: " + e.getMessage(), e);
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
      // The cause is left out where it might quote the file's content.
      throw new IllegalArgumentException(
          "Cannot use "
              + option
              + "="
              + material.location()
              + " as "
              + material.type()
              + ": "
              + e.getClass().getSimpleName()
              + (e instanceof IOException ? ": " + e.getMessage() : "")
              + ". Check that the file is there on every host, its type and its password",
          e instanceof IOException ? e : null);
    }
  }

  private static KeyStore loadStore(Path file, KeyMaterial material)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(material.type().name());
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, material.revealPassword().orElse(null));
    }
    return store;
  }

  /** Certificates are trusted; with a private key they are its chain. */
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
                "it holds a "
                    + matcher.group(1)
                    + "; accepted are CERTIFICATE, PRIVATE KEY and ENCRYPTED PRIVATE KEY (PKCS#8)");
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
        // Not a key of this kind: the next one may fit.
      }
    }
    throw new InvalidKeySpecException("neither RSA, EC nor Ed25519");
  }

  private static char[] passwordOf(KeyMaterial material) {
    return material.revealPassword().orElse(new char[0]);
  }
}
