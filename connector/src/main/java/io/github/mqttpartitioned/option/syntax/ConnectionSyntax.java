// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.syntax;

import static io.github.mqttpartitioned.option.syntax.Quantity.wholeSeconds;
import static io.github.mqttpartitioned.option.syntax.Syntax.commaSeparated;
import static io.github.mqttpartitioned.option.syntax.Syntax.mqttString;
import static io.github.mqttpartitioned.option.syntax.Syntax.oneOf;
import static io.github.mqttpartitioned.option.syntax.Syntax.text;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The syntax of the options about brokers, login, TLS and session. */
public final class ConnectionSyntax {

  /** What may contain an @. */
  private static final Pattern QUERY = Pattern.compile("\\?[^,]*");

  private ConnectionSyntax() {}

  public static Syntax<List<BrokerUrl>> brokers() {
    Syntax<List<BrokerUrl>> urls =
        commaSeparated("comma-separated %s URLs".formatted(BrokerUrl.SCHEMES), BrokerUrl::new);
    return new Syntax<>(
        urls.accepted(),
        text -> {
          // Before the text is split: a password may contain a comma.
          if (QUERY.matcher(text).replaceAll("").contains("@")) {
            throw new IllegalArgumentException(
                """
                contains @: the URL must not carry a user name or a password. Use the options \
                username and password""");
          }
          return urls.read(text);
        });
  }

  /** Section 4.8.2. */
  public static Syntax<String> shareName() {
    return mqttString()
        .checked(
            name ->
                name.matches("(?s).*[/+#].*")
                    ? Optional.of("contains /, + or #, which MQTT forbids in a share name")
                    : Optional.empty())
        .described("text without `/`, `+` and `#`");
  }

  public static Syntax<String> clientIdPrefix() {
    int room = ("-" + Integer.MAX_VALUE).length();
    return mqttString(65_535 - room);
  }

  public static Syntax<Secret> secret() {
    Syntax<String> any = text();
    return new Syntax<>(any.accepted(), text -> new Secret(any.read(text)));
  }

  /** Section 3.1.3.6: binary data, its length in two bytes. */
  public static Syntax<Secret> password() {
    return secret()
        .checked(
            password ->
                password.revealUtf8().length <= 65_535
                    ? Optional.empty()
                    : Optional.of("is longer than 65535 bytes of UTF-8"))
        .described("text of up to 65535 bytes of UTF-8");
  }

  /** Names of ALPN (RFC 7301, section 3.1). */
  public static Syntax<List<String>> protocols() {
    return commaSeparated(
        "comma-separated names of protocols, such as `mqtt`",
        name -> {
          if (!name.matches("[!-~]{1,255}")) {
            throw new IllegalArgumentException("is no name of 1 to 255 ASCII characters");
          }
          return name;
        });
  }

  /** RFC 9110, section 5.5. */
  public static Syntax<Secret> headerValue() {
    return secret()
        .checked(
            value ->
                value.reveal().matches("[ -~]*")
                    ? Optional.empty()
                    : Optional.of("holds a character that is not printable ASCII"))
        .described("text of printable ASCII characters");
  }

  /** RFC 9110, section 5.1, without the headers that make the handshake. */
  public static Optional<String> headerNameFault(String name) {
    if (!name.matches("[0-9A-Za-z!#$%&'*+.^_`|~-]+")) {
      return Optional.of("is not the name of an HTTP header");
    }
    String lower = Syntax.lower(name);
    return lower.startsWith("sec-websocket-")
            || List.of("connection", "upgrade", "content-length", "transfer-encoding")
                .contains(lower)
        ? Optional.of("is a header that the handshake itself sets")
        : Optional.empty();
  }

  public static Syntax<StoreType> storeType() {
    return oneOf(StoreType.class, StoreType::name);
  }

  public static Syntax<Boolean> endpointIdentification() {
    return new Syntax<>(
        "`https`, or an empty text",
        text -> {
          if (!text.isBlank() && !text.strip().equalsIgnoreCase("https")) {
            throw new IllegalArgumentException("is neither https nor empty");
          }
          return !text.isBlank();
        });
  }

  public static Syntax<Duration> sessionExpiry() {
    String max = "4294967295s";
    return wholeSeconds("0s", max)
        .checked(
            expiry ->
                expiry.isZero()
                    ? Optional.of(
                        """
                        lets the broker drop a member's messages with every lost connection, so \
                        that QoS 1 and 2 guarantee nothing""")
                    : Optional.empty())
        .described(wholeSeconds("1s", max).accepted());
  }
}
