// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_TLS_FILE_UNUSABLE;

import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.pem.Certificates;
import io.github.mqttpartitioned.mqtt.pem.PemException;
import io.github.mqttpartitioned.mqtt.pem.PrivateKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Turns {@link TlsSettings} into what the JDK needs for TLS: reads key and trust stores in JKS,
 * PKCS12 or PEM, anew for each connection. Thread-safe: it has no state.
 */
final class TlsContext {

  private static final String ENTRY = "member";
  private static final String TRUST_STORE = "ssl.truststore.location";
  private static final String KEY_STORE = "ssl.keystore.location";
  private static final String KEY = "ssl.keystore.key.location";
  private static final char[] NO_PASSWORD = {};

  private TlsContext() {}

  /**
   * The context of a connection.
   *
   * @param keys what the client shows of itself
   * @throws NetworkException if the trust store cannot be used; it names option and file
   */
  static SSLContext of(TlsSettings settings, KeyManager keys) throws NetworkException {
    TrustManager[] trust = trustManagers(settings.trustStore());
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw NetworkException.lasting(
          MQTT_TLS_FILE_UNUSABLE,
          "TLS cannot be set up: " + e.getMessage(),
          "Check the JVM's own trust store: the file lib/security/cacerts.",
          e);
    }
  }

  private static TrustManager @Nullable [] trustManagers(@Nullable KeyMaterial given)
      throws NetworkException {
    if (given == null) {
      return null;
    }
    byte[] content = content(TRUST_STORE, given.location(), given);
    KeyMaterial material = byContent(given, content);
    try {
      KeyStore store =
          material.type() == StoreType.PEM ? trusted(content) : store(material, content);
      requireTrusted(store, material);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw unusable(TRUST_STORE, material.location(), material, e);
    }
  }

  private static KeyStore trusted(byte[] content) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (X509Certificate one : Certificates.read(content)) {
      store.setCertificateEntry(ENTRY + store.size(), one);
    }
    return store;
  }

  private static void requireTrusted(KeyStore store, KeyMaterial material)
      throws GeneralSecurityException, NetworkException {
    for (String alias : Collections.list(store.aliases())) {
      if (store.isCertificateEntry(alias)) {
        return;
      }
    }
    if (store.size() == 0 && material.password() == null) {
      // The JDK skips what is encrypted.
      throw unusable(
          TRUST_STORE,
          material.location(),
          material,
          "nothing in it can be read without a password",
          "Give its password with ssl.truststore.password.");
    }
    throw unusable(
        TRUST_STORE,
        material.location(),
        material,
        "it holds no trusted certificate",
        """
        Make it with: keytool -importcert -file <certificate> -keystore <new file>. Or give the \
        certificate itself, as PEM.""");
  }

  /**
   * The client's key with its certificate.
   *
   * @return null for none
   * @throws NetworkException if the files cannot be used; it names option and file
   */
  static @Nullable X509ExtendedKeyManager keyManager(TlsSettings settings) throws NetworkException {
    KeyMaterial given = settings.keyStore();
    if (given == null) {
      return null;
    }
    byte[] content = content(KEY_STORE, given.location(), given);
    KeyMaterial material = byContent(given, content);
    try {
      KeyStore store;
      if (material.type() == StoreType.PEM) {
        store = ofPem(material, content, settings.keyLocation());
      } else {
        store = store(material, content);
        requireKey(store, material, settings.keyLocation());
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, material.revealPassword().orElse(NO_PASSWORD));
      return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw unusable(KEY_STORE, material.location(), material, e);
    }
  }

  private static void requireKey(KeyStore store, KeyMaterial material, @Nullable String keyLocation)
      throws GeneralSecurityException, NetworkException {
    if (keyLocation != null) {
      throw unusable(
          KEY_STORE,
          material.location(),
          material,
          "it has its key in itself, but ssl.keystore.key.location is given, too",
          "Remove ssl.keystore.key.location, or give the certificate as PEM.");
    }
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        return;
      }
    }
    throw unusable(
        KEY_STORE,
        material.location(),
        material,
        "it holds no private key",
        """
        Make it with: openssl pkcs12 -export -in <certificate> -inkey <key> -out <new file>. Or \
        give certificate and key themselves, as PEM.""");
  }

  /** Takes the first key that has a certificate: a file may hold older ones, too. */
  private static KeyStore ofPem(KeyMaterial material, byte[] content, @Nullable String keyLocation)
      throws IOException, GeneralSecurityException {
    List<PrivateKey> keys = keys(material, content, keyLocation);
    List<X509Certificate> certificates = Certificates.read(content);
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = material.revealPassword().orElse(NO_PASSWORD);
    for (PrivateKey key : keys) {
      Optional<List<X509Certificate>> chain = Certificates.chain(key, certificates);
      if (chain.isPresent()) {
        store.setKeyEntry(ENTRY, key, password, chain.get().toArray(Certificate[]::new));
        return store;
      }
    }
    throw unusable(
        KEY_STORE,
        material.location(),
        material,
        "none of its certificates is that of the private key in %s"
            .formatted(keyLocation == null ? "it" : keyLocation),
        "Give the key that the certificate was issued for.");
  }

  private static List<PrivateKey> keys(
      KeyMaterial material, byte[] certificates, @Nullable String location)
      throws NetworkException {
    String file = location == null ? material.location() : location;
    String option = location == null ? KEY_STORE : KEY;
    byte[] content = location == null ? certificates : content(KEY, location, material);
    try {
      List<PrivateKey> keys = PrivateKeys.read(content, material.revealPassword().orElse(null));
      if (keys.isEmpty()) {
        throw unusable(
            option,
            file,
            material,
            "it holds no private key",
            location == null
                ? "Give the file of the key with ssl.keystore.key.location, or put it into this file."
                : "Give the file that holds the key.");
      }
      return keys;
    } catch (PemException e) {
      throw unusable(option, file, material, e);
    }
  }

  private static byte[] content(String option, String file, KeyMaterial material)
      throws NetworkException {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException e) {
      throw unusable(option, file, material, e);
    }
  }

  /** The same, as PEM if it is taken for JKS and is PEM: its name may tell nothing. */
  private static KeyMaterial byContent(KeyMaterial material, byte[] content) {
    return material.type() == StoreType.JKS && Certificates.isPem(content)
        ? new KeyMaterial(material.location(), material.password(), StoreType.PEM)
        : material;
  }

  private static KeyStore store(KeyMaterial material, byte[] content)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(material.type().name());
    store.load(new ByteArrayInputStream(content), material.revealPassword().orElse(null));
    return store;
  }

  private static NetworkException unusable(
      String option, String file, KeyMaterial material, Exception cause) {
    if (cause instanceof NetworkException known) {
      return known;
    }
    if (cause instanceof PemException) {
      return unusable(option, file, material, String.valueOf(cause.getMessage()), "");
    }
    Optional<String> fault =
        cause instanceof IOException failure
            ? FileFaults.explain(Path.of(file), failure)
            : Optional.empty();
    if (fault.isPresent()) {
      return unusable(
          option,
          file,
          material,
          fault.get(),
          "Put a file there on every host of the query that the user of its processes may read.");
    }
    if (cause instanceof UnrecoverableKeyException
        || cause.getCause() instanceof UnrecoverableKeyException) {
      return unusable(
          option, file, material, "its password does not fit", "Check its password option.");
    }
    // Only an IOException is sure not to quote the file's content.
    String kind = cause.getClass().getSimpleName();
    return unusable(
        option,
        file,
        material,
        cause instanceof IOException ? kind + ": " + cause.getMessage() : kind,
        "Check its type and its password.");
  }

  private static NetworkException unusable(
      String option, String file, KeyMaterial material, String why, String advice) {
    return NetworkException.lasting(
        MQTT_TLS_FILE_UNUSABLE,
        "%s=%s cannot be used as %s: %s".formatted(option, file, material.type(), why),
        advice,
        null);
  }
}
