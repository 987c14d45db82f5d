// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the token endpoint of an OAuth 2 server for a token by the client credentials grant (RFC
 * 6749, section 4.4). The client authenticates itself with HTTP Basic, which each server must
 * support (section 2.3.1). Proxy and trusted certificates are those of the JVM. Thread-safe.
 */
final class TokenEndpoint {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int LARGEST_ANSWER = 1 << 20;
  private static final int OK = 200;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  /**
   * A token.
   *
   * @param life how long it is valid from now on, null if the server does not say
   */
  record Token(String value, @Nullable Duration life) {
    @Override
    public String toString() {
      return "Token[***, life=%s]".formatted(life);
    }
  }

  private final OAuthClient client;

  private final HttpClient http =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();

  TokenEndpoint(OAuthClient client) {
    this.client = client;
  }

  /** Gets a token. The caller limits the time by an interrupt. */
  Token get() throws CredentialsException, InterruptedException {
    try {
      HttpResponse<InputStream> response =
          http.send(request(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        return token(response.statusCode(), body.readNBytes(LARGEST_ANSWER));
      }
    } catch (IOException e) {
      throw CredentialsException.temporary(
          """
          the token endpoint %s cannot be reached: %s. Check oauth.tokenEndpoint, and check that it \
          can be reached from this host"""
              .formatted(client.endpoint(), CredentialsException.describe(e)),
          e);
    }
  }

  private HttpRequest request() {
    String basic = encoded(client.clientId()) + ":" + encoded(client.clientSecret().reveal());
    String scope = client.scope() == null ? "" : "&scope=" + encoded(client.scope());
    return HttpRequest.newBuilder(client.tokenEndpoint())
        .header(
            "Authorization", "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(UTF_8)))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Accept", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials" + scope))
        .build();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private Token token(int status, byte[] body) throws CredentialsException {
    Optional<JsonNode> answer = json(body);
    if (status != OK) {
      throw refused(status, answer);
    }
    JsonNode fields = answer.orElseThrow(() -> noToken("it is not JSON"));
    JsonNode value = fields.get("access_token");
    if (value == null || !value.isTextual() || value.textValue().isEmpty()) {
      throw noToken("it has no access_token");
    }
    return new Token(value.textValue(), life(fields.get("expires_in")));
  }

  private static Optional<JsonNode> json(byte[] body) {
    try {
      return Optional.ofNullable(JSON.readTree(body)).filter(JsonNode::isObject);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Some servers give the seconds as text. */
  private @Nullable Duration life(@Nullable JsonNode seconds) throws CredentialsException {
    if (seconds == null || seconds.isNull()) {
      return null;
    }
    long read = seconds.asLong(-1);
    if (read < 0) {
      throw noToken("its expires_in is no number of seconds");
    }
    return Duration.ofSeconds(Math.min(read, Integer.MAX_VALUE));
  }

  private CredentialsException noToken(String why) {
    return CredentialsException.lasting(
        """
        the answer of the token endpoint %s gives no token: %s. Check that oauth.tokenEndpoint is \
        the token endpoint of an OAuth 2 server"""
            .formatted(client.endpoint(), why),
        null);
  }

  /** RFC 6749, section 5.2. */
  private CredentialsException refused(int status, Optional<JsonNode> answer) {
    boolean passes =
        status >= SERVER_ERROR || status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS;
    String message =
        """
        the token endpoint %s answers with HTTP status %d%s%s. Check oauth.clientId, \
        oauth.clientSecret and oauth.scope, and that oauth.tokenEndpoint is right"""
            .formatted(
                client.endpoint(),
                status,
                field(answer, "error", ", %s"),
                field(answer, "error_description", ": \"%s\""));
    return passes
        ? CredentialsException.temporary(message, null)
        : CredentialsException.lasting(message, null);
  }

  /** A text of the server. It may repeat what the server was sent. */
  private String field(Optional<JsonNode> answer, String name, String format) {
    return answer
        .map(fields -> fields.get(name))
        .filter(JsonNode::isTextual)
        .map(text -> text.textValue().replace(client.clientSecret().reveal(), "***"))
        .map(text -> format.formatted(PrintableText.of(text)))
        .orElse("");
  }
}
