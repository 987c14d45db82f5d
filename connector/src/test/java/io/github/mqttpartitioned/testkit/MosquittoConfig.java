// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.BrokerOptions.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** The files that make a Mosquitto 2.x behave as {@link BrokerOptions} say. */
final class MosquittoConfig {

  /** What a Mosquitto can do, however it is run. */
  static final Set<Feature> FEATURES = EnumSet.complementOf(EnumSet.of(Feature.DURABLE));

  static final String CONFIG = "mosquitto.conf";
  static final String PASSWORDS = "passwords";
  private static final String SERVER_CERTIFICATE = "server.crt";
  private static final String SERVER_KEY = "server.key";
  private static final String CLIENT_AUTHORITY = "clients.crt";

  private static final int MAX_PACKET_SIZE = 268_435_455;
  private static final int HASH_ITERATIONS = 101;
  private static final int HASH_BITS = 512;

  private MosquittoConfig() {}

  /**
   * The files by name.
   *
   * @param address what the listeners bind to
   * @param ports the listeners
   * @param folder where the broker finds these files
   * @param data where it may keep its state
   * @param log the value of {@code log_dest}
   * @param user whom it runs as if started by root
   */
  static Map<String, String> files(
      BrokerOptions options,
      String address,
      Map<Scheme, Integer> ports,
      String folder,
      String data,
      String log,
      String user) {
    Map<String, String> files = new LinkedHashMap<>();
    StringBuilder config = new StringBuilder();
    line(config, "user", user);
    line(config, "log_dest", log);
    line(config, "persistence", options.persistence());
    line(config, "persistence_location", data + "/");
    line(config, "max_queued_messages", options.maxQueued());
    line(config, "max_queued_bytes", 0);
    line(config, "max_inflight_messages", options.maxInflight());
    line(config, "max_packet_size", MAX_PACKET_SIZE);
    line(config, "set_tcp_nodelay", true);
    line(config, "allow_anonymous", options.credentials().isEmpty());
    options
        .credentials()
        .ifPresent(
            credentials -> {
              line(config, "password_file", folder + "/" + PASSWORDS);
              files.put(PASSWORDS, passwordLine(credentials));
            });
    options
        .certificates()
        .ifPresent(
            certificates -> {
              files.put(SERVER_CERTIFICATE, certificates.server().certificatePem());
              files.put(SERVER_KEY, certificates.server().keyPem());
              files.put(CLIENT_AUTHORITY, certificates.client().certificatePem());
            });
    ports.forEach((scheme, port) -> listener(config, options, scheme, address, port, folder));
    files.put(CONFIG, config.toString());
    return files;
  }

  private static void listener(
      StringBuilder config,
      BrokerOptions options,
      Scheme scheme,
      String address,
      int port,
      String folder) {
    line(config, "listener", port + " " + address);
    line(config, "protocol", scheme.webSocket() ? "websockets" : "mqtt");
    line(config, "max_qos", options.maxQos());
    if (scheme.tls()) {
      line(config, "certfile", folder + "/" + SERVER_CERTIFICATE);
      line(config, "keyfile", folder + "/" + SERVER_KEY);
    }
    if (scheme.tls() && options.clientCertificateRequired()) {
      line(config, "cafile", folder + "/" + CLIENT_AUTHORITY);
      line(config, "require_certificate", true);
    }
  }

  private static void line(StringBuilder config, String key, Object value) {
    config.append(key).append(' ').append(value).append('\n');
  }

  /** A line as mosquitto_passwd writes it: $7$, iterations, salt, PBKDF2 with HMAC-SHA-512. */
  static String passwordLine(Credentials credentials) {
    try {
      byte[] salt = new byte[12];
      new SecureRandom().nextBytes(salt);
      PBEKeySpec spec =
          new PBEKeySpec(credentials.password().toCharArray(), salt, HASH_ITERATIONS, HASH_BITS);
      byte[] hash =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(spec).getEncoded();
      return "%s:$7$%d$%s$%s\n"
          .formatted(credentials.username(), HASH_ITERATIONS, base64(salt), base64(hash));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK has no PBKDF2 with HMAC-SHA-512", e);
    }
  }

  private static String base64(byte[] bytes) {
    return new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
  }
}
