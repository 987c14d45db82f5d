// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider.Request;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.testkit.TokenServer;
import io.github.mqttpartitioned.testkit.TokenServer.TokenRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OAuthTokensTest {

  private static final Request REQUEST = new Request("tcp://broker:1883", "member-0");
  private static final String SECRET = "s3cr&t: ü";

  private final TokenServer server = new TokenServer();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final OAuthTokens tokens = tokens(server.url(), "a b");

  private OAuthTokens tokens(URI endpoint, String scope) {
    return new OAuthTokens(
        "me", new OAuthClient(endpoint, "my client", new Secret(SECRET), scope), () -> now);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void areAskedForAsRfc6749Says() throws Exception {
    server.answer(200, "{\"access_token\":\"t#\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
    Credentials given = tokens.credentials(REQUEST);
    assertThat(given.username()).hasValue("me");
    assertThat(text(given)).isEqualTo("t1");
    assertThat(given.end()).hasValue(now.plusSeconds(3600));
    String basic = "my+client:s3cr%26t%3A+%C3%BC";
    assertThat(server.requests())
        .containsExactly(
            new TokenRequest(
                "Basic " + Base64.getEncoder().encodeToString(basic.getBytes(UTF_8)),
                "grant_type=client_credentials&scope=a+b"));
  }

  @Test
  void areKeptUntilShortlyBeforeTheirEnd() throws Exception {
    server.answer(200, "{\"access_token\":\"t#\",\"expires_in\":\"3600\"}");
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t1");
    now = now.plus(Duration.ofSeconds(3539));
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t1");
    now = now.plus(Duration.ofSeconds(1));
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t2");
  }

  @Test
  void withoutAKnownEndAreNotKept() throws Exception {
    server.answer(200, "{\"access_token\":\"t#\"}");
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t1");
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t2");
    assertThat(tokens.credentials(REQUEST).end()).isEmpty();
  }

  @Test
  void withoutExpiresInEndWhenTheirClaimsSay() throws Exception {
    String claims = "{\"exp\":%d}".formatted(now.plusSeconds(100).getEpochSecond());
    String token =
        "e30."
            + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8))
            + ".c2ln";
    server.answer(200, "{\"access_token\":\"" + token + "\"}");
    assertThat(tokens.credentials(REQUEST).end()).hasValue(now.plusSeconds(100));
    now = now.plusSeconds(79);
    tokens.credentials(REQUEST);
    assertThat(server.requests()).hasSize(1);
    now = now.plusSeconds(1);
    tokens.credentials(REQUEST);
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void thatABrokerRefusesAreNotGivenAgain() throws Exception {
    server.answer(200, "{\"access_token\":\"t#\",\"expires_in\":3600}");
    Credentials first = tokens.credentials(REQUEST);
    tokens.refused(first);
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t2");
    // Another member has been refused the same token.
    tokens.refused(first);
    assertThat(text(tokens.credentials(REQUEST))).isEqualTo("t2");
  }

  @Test
  void membersThatAskAtTheSameTimeShareOneRequest() {
    server.answer(200, "{\"access_token\":\"t#\",\"expires_in\":3600}");
    CredentialSource source = new CredentialSource(tokens);
    var answers =
        IntStream.range(0, 50).mapToObj(i -> source.ask(REQUEST, Duration.ofSeconds(20))).toList();
    assertThat(answers.stream().map(CompletableFuture::join).map(OAuthTokensTest::text))
        .containsOnly("t1");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | {\"error\":\"invalid_client\",\"error_description\":\"no such client\"} | answers with HTTP status 400, invalid_client: \"no such client\". Check oauth.clientId, oauth.clientSecret and oauth.scope | true",
        "401 | not JSON | answers with HTTP status 401. Check oauth.clientId | true",
        "403 | [] | answers with HTTP status 403. | true",
        "404 | {\"error\":7} | answers with HTTP status 404. | true",
        "302 | {} | answers with HTTP status 302. | true",
        "429 | {} | answers with HTTP status 429. | false",
        "500 | {} | answers with HTTP status 500. | false",
        "503 | {\"error\":\"temporarily_unavailable\"} | answers with HTTP status 503, temporarily_unavailable. | false",
        "200 | {} | it has no access_token. Check that oauth.tokenEndpoint | true",
        "200 | {\"access_token\":\"\"} | it has no access_token | true",
        "200 | {\"access_token\":null} | it has no access_token | true",
        "200 | {\"access_token\":{}} | it has no access_token | true",
        "200 | <html> | it is not JSON | true",
        "200 | \"text\" | it is not JSON | true",
        "200 | {\"access_token\":\"t\",\"expires_in\":\"soon\"} | its expires_in is no number of seconds | true",
        "200 | {\"access_token\":\"t\",\"expires_in\":-5} | its expires_in is no number of seconds | true",
      })
  void thatAreNotGivenAreAnErrorWithTheReason(
      int status, String answer, String expected, boolean isFinal) {
    server.answer(status, answer);
    CredentialsException error =
        catchThrowableOfType(CredentialsException.class, () -> tokens.credentials(REQUEST));
    assertThat(error).hasMessageContaining(server.url().toString()).hasMessageContaining(expected);
    assertThat(error.isFinal()).isEqualTo(isFinal);
  }

  @Test
  void theServersTextIsEscapedAndHoldsNoSecret() {
    server.answer(
        400, "{\"error\":\"x\\u001b[31m\",\"error_description\":\"wrong: " + SECRET + "\"}");
    assertThatThrownBy(() -> tokens.credentials(REQUEST))
        .hasMessageContaining("x\\u001b[31m: \"wrong: ***\"")
        .hasMessageNotContaining(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:1/token", "https://127.0.0.1:1/token"})
  void endpointThatIsNotThereMayComeBack(String url) {
    CredentialsException error =
        catchThrowableOfType(
            CredentialsException.class, () -> tokens(URI.create(url), "s").credentials(REQUEST));
    assertThat(error)
        .hasMessageContaining("the token endpoint " + url + " cannot be reached")
        .hasMessageContaining("Check oauth.tokenEndpoint");
    assertThat(error.isFinal()).isFalse();
  }

  @Test
  void queryOfTheEndpointIsNotShown() {
    server.answer(401, "{}");
    URI secretive = URI.create(server.url() + "?key=hunter2");
    assertThatThrownBy(() -> tokens(secretive, "s").credentials(REQUEST))
        .hasMessageContaining(server.url() + " answers with HTTP status 401")
        .hasMessageNotContaining("hunter2");
    assertThat(new OAuthClient(secretive, "id", new Secret(SECRET), null).toString())
        .doesNotContain("hunter2", SECRET);
  }

  @Test
  void endpointThatSaysNothingIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CredentialSource source =
          new CredentialSource(
              tokens(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/token"), "s"));
      long begun = System.nanoTime();
      assertThatThrownBy(() -> source.await(REQUEST, Duration.ofMillis(300)))
          .isInstanceOf(CredentialsException.class)
          .hasMessage("oauth.tokenEndpoint has given no credentials within connectTimeout=300ms");
      assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(10).toNanos());
    }
  }

  private static String text(Credentials credentials) {
    return new String(credentials.secret().orElseThrow(), UTF_8);
  }
}
