// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_TLS_FAILED;

import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the JDK's exceptions about TLS mean to a user. They have few types: most are told apart by
 * their text. Thread-safe: it has no state.
 */
final class TlsFaults {

  private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

  private TlsFaults() {}

  /**
   * Explains why TLS has failed.
   *
   * @param asked whether the broker has asked for a client certificate
   */
  static NetworkException explain(IOException failure, TlsSettings settings, boolean asked) {
    if (failure instanceof NetworkException known) {
      return known;
    }
    String text = innermost(failure);
    Matcher alert = ALERT.matcher(String.valueOf(failure.getMessage()));
    if (alert.find()) {
      return alert(alert.group(1), failure, settings, asked);
    }
    Optional<String> certificate = aboutTheCertificate(failure, text);
    if (certificate.isPresent()) {
      return lasting("the broker's certificate is refused: " + text, certificate.get(), failure);
    }
    if (text.contains("Unsupported or unrecognized SSL message")) {
      return lasting(
          "the port does not speak TLS",
          "Write tcp:// or ws:// in brokerUrl, or give the broker's port with TLS.",
          failure);
    }
    if (text.contains("protocol is disabled") || text.contains("No appropriate protocol")) {
      return lasting(
          text,
          "Check jdk.tls.disabledAlgorithms and jdk.tls.client.protocols of this JVM.",
          failure);
    }
    boolean hasEnded = has(failure, EOFException.class) || has(failure, SocketException.class);
    if (hasEnded && asked) {
      // The end of the connection may overtake the alert.
      return aboutTheClient(
          "the broker asked for a client certificate and ended TLS", failure, settings.keyStore());
    }
    if (hasEnded || has(failure, SocketTimeoutException.class)) {
      return NetworkException.passing(
          MQTT_TLS_FAILED,
          "the other end %s TLS"
              .formatted(
                  has(failure, SocketTimeoutException.class)
                      ? "does not answer the beginning of"
                      : "closed the connection at the beginning of"),
          """
          Check that the port of brokerUrl is one for TLS: without TLS, write tcp:// or ws://. If \
          it is, look at the broker's log.""",
          failure);
    }
    return NetworkException.passing(
        MQTT_TLS_FAILED, text, "Look at the broker's log for the other side of it.", failure);
  }

  private static Optional<String> aboutTheCertificate(IOException failure, String text) {
    if (has(failure, CertificateExpiredException.class)) {
      return Optional.of("It has expired: renew it in the broker. Check the clock of this host.");
    }
    if (has(failure, CertificateNotYetValidException.class)) {
      return Optional.of("It is not valid yet: check the clocks of this host and of the broker.");
    }
    if (text.contains("No subject alternative")
        || text.contains("No name matching")
        || text.contains("Illegal given domain name")) {
      return Optional.of(
          """
          Write a host that the certificate names in brokerUrl, or give the broker a certificate \
          that names this host. An empty ssl.endpoint.identification.algorithm switches the check \
          off.""");
    }
    if (text.contains("unable to find valid certification path")
        || text.contains("does not chain with any of the trust anchors")
        || text.contains("trustAnchors parameter must be non-empty")) {
      return Optional.of(
          """
          Nobody that this member trusts has issued it: give a file with the certificate of its \
          issuer as ssl.truststore.location.""");
    }
    boolean isAboutIt =
        failure.getMessage() != null && text.toLowerCase(Locale.ROOT).contains("certif");
    return isAboutIt ? Optional.of("Give the broker another certificate.") : Optional.empty();
  }

  /** The broker says what it does not like (RFC 8446, section 6.2). */
  private static NetworkException alert(
      String alert, IOException failure, TlsSettings settings, boolean asked) {
    String said = "the broker ended TLS with the alert " + alert;
    boolean isAboutTheClient =
        switch (alert) {
          case "certificate_required",
              "bad_certificate",
              "unsupported_certificate",
              "certificate_revoked",
              "certificate_expired",
              "certificate_unknown",
              "unknown_ca",
              "access_denied" ->
              true;
          case "handshake_failure", "decrypt_error" -> asked;
          default -> false;
        };
    if (isAboutTheClient) {
      return aboutTheClient(said, failure, settings.keyStore());
    }
    return switch (alert) {
      case "no_application_protocol" ->
          lasting(said, "Check ssl.alpn: the broker knows none of its protocols.", failure);
      case "unrecognized_name" ->
          lasting(said, "Check the host of brokerUrl: the broker does not know it.", failure);
      case "protocol_version", "handshake_failure", "insufficient_security" ->
          lasting(
              said,
              "Broker and JVM have no version of TLS or no cipher in common: enable one in the broker.",
              failure);
      default ->
          NetworkException.passing(
              MQTT_TLS_FAILED, said, "Look at the broker's log for the other side of it.", failure);
    };
  }

  private static NetworkException aboutTheClient(
      String said, IOException failure, @Nullable KeyMaterial keyStore) {
    return keyStore == null
        ? lasting(
            said + ": it requires a client certificate",
            "Give the client's certificate and key with ssl.keystore.location.",
            failure)
        : lasting(
            said + ": it does not accept the client's certificate",
            """
            Check that ssl.keystore.location=%s holds the client's certificate with its whole \
            chain, that it has not expired, and that the broker trusts its issuer."""
                .formatted(keyStore.location()),
            failure);
  }

  private static NetworkException lasting(String what, String advice, IOException cause) {
    return NetworkException.lasting(MQTT_TLS_FAILED, what, advice, cause);
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (type.isInstance(one)) {
        return true;
      }
    }
    return false;
  }

  private static String innermost(Throwable failure) {
    Throwable inner = failure;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String message = inner.getMessage();
    return message == null || message.isBlank()
        ? inner.getClass().getSimpleName()
        : message.strip();
  }
}
