// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.mqttpartitioned.Credentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** Reads when a JSON Web Token (RFC 7519) ends. The token itself is the broker's to check. */
final class Jwt {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int PARTS = 3;

  private Jwt() {}

  /** When credentials end: as they say themselves, else by the {@code exp} claim of a token. */
  static Optional<Instant> endOf(Credentials credentials) {
    return credentials.end().or(() -> credentials.secret().flatMap(Jwt::expiry));
  }

  private static Optional<Instant> expiry(byte[] secret) {
    String[] parts = new String(secret, StandardCharsets.US_ASCII).split("\\.", -1);
    if (parts.length != PARTS) {
      return Optional.empty();
    }
    try {
      JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(parts[1]));
      JsonNode end = claims == null ? null : claims.get("exp");
      return end != null && end.isNumber()
          ? Optional.of(Instant.ofEpochSecond(end.longValue()))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      // The secret has two dots, and is no token.
      return Optional.empty();
    }
  }
}
