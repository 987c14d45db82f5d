// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.GivenOptions.error;
import static io.github.mqttpartitioned.option.GivenOptions.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.network.Secret;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialOptionsTest {

  private static final String[] CLIENT = {
    "oauth.tokenEndpoint",
    "https://login/token",
    "oauth.clientId",
    "id",
    "oauth.clientSecret",
    "hunter2"
  };

  private static String[] with(String[] some, String... more) {
    String[] all = java.util.Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  @Test
  void nameTheOriginOfTheSecret() {
    assertThat(parse("username", "me", "passwordFile", "file:///run/p%20w").credentials())
        .isEqualTo(new CredentialSettings("me", null, "/run/p w", null, null, null));
    assertThat(parse(with(CLIENT, "oauth.scope", "a b", "username", "me")).credentials())
        .isEqualTo(
            new CredentialSettings(
                "me",
                null,
                null,
                new OAuthClient(
                    URI.create("https://login/token"), "id", new Secret("hunter2"), "a b"),
                null,
                null));
    assertThat(parse("credentialsProvider", "com.example.Vault$Mine").credentials())
        .isEqualTo(new CredentialSettings(null, null, null, null, "com.example.Vault$Mine", null));
  }

  @Test
  void showNoSecret() {
    SourceOptions options = parse(with(CLIENT, "authenticationMethod", "OAUTH2-JWT"));
    assertThat(options.toString()).contains("oauth.clientSecret=***").doesNotContain("hunter2");
    assertThat(options.credentials().toString()).doesNotContain("hunter2");
  }

  @Test
  void giveOneOriginOnly() {
    assertThat(error("password", "hunter2", "passwordFile", "/p"))
        .isEqualTo(
            "[MQTT_CONFLICTING_OPTIONS] Options password and passwordFile contradict each other:"
                + " each gives the password or token. Give only one of them.");
    assertThat(error(with(CLIENT, "password", "p", "credentialsProvider", "a.B")))
        .contains("Options password and oauth.tokenEndpoint and credentialsProvider contradict")
        .doesNotContain("hunter2");
    assertThat(error("username", "me", "credentialsProvider", "a.B"))
        .contains("username and credentialsProvider contradict each other")
        .contains("Remove username");
  }

  @Test
  void needTheWholeClient() {
    assertThat(error("oauth.scope", "s"))
        .contains(
            "[MQTT_MISSING_OPTION] Option oauth.tokenEndpoint is missing: oauth.scope is given",
            "[MQTT_MISSING_OPTION] Option oauth.clientId is missing",
            "[MQTT_MISSING_OPTION] Option oauth.clientSecret is missing");
    assertThat(error("oauth.tokenEndpoint", "https://a/t", "oauth.clientId", "id"))
        .startsWith("[MQTT_MISSING_OPTION] Option oauth.clientSecret is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://login/token | is not encrypted: the client secret would be readable on the network",
        "http://127.0.0.1.example.com/t | is not encrypted",
        "ftp://login/token | must begin with https://",
        "login/token | must begin with https://",
        "https:///token | has no host",
        "https://a b/ | is not a URL",
      })
  void takeTheTokenEndpointByHttpsAlone(String url, String fault) {
    assertThat(error("oauth.tokenEndpoint", url, "oauth.clientId", "id", "oauth.clientSecret", "s"))
        .startsWith("[MQTT_INVALID_OPTION] Option oauth.tokenEndpoint: '" + url + "' " + fault)
        .contains("Accepted: an https:// URL; http:// for this host only.");
  }

  @Test
  void takeNoPasswordInTheTokenEndpoint() {
    assertThat(
            error(
                with(
                    new String[] {"oauth.clientId", "id", "oauth.clientSecret", "s"},
                    "oauth.tokenEndpoint",
                    "https://me:hunter2@login/token")))
        .contains("Option oauth.tokenEndpoint: '***' contains @")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:8080/t",
        "http://127.0.0.1/t",
        "http://[::1]:1/t",
        "HTTPS://a/t"
      })
  void takeATokenEndpoint(String url) {
    assertThat(
            parse("oauth.tokenEndpoint", url, "oauth.clientId", "id", "oauth.clientSecret", "s")
                .credentials()
                .oauth()
                .tokenEndpoint())
        .isEqualTo(URI.create(url));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
  void scramNeedsUserNameAndPassword(String method) {
    assertThat(
            parse("authenticationMethod", method, "username", "me", "passwordFile", "/p")
                .credentials()
                .method())
        .isEqualTo(method);
    assertThat(parse("authenticationMethod", method, "credentialsProvider", "a.B").credentials())
        .isNotNull();
    assertThat(error("authenticationMethod", method, "password", "p"))
        .startsWith(
            "[MQTT_MISSING_OPTION] Option username is missing: authenticationMethod (%s) needs it"
                .formatted(method));
    assertThat(error("authenticationMethod", method, "username", "me"))
        .startsWith(
            "[MQTT_MISSING_OPTION] Option password is missing: authenticationMethod (%s) needs it, or passwordFile, credentialsProvider."
                .formatted(method));
    assertThat(error(with(CLIENT, "authenticationMethod", method, "username", "me")))
        .startsWith("[MQTT_CONFLICTING_OPTIONS] Options authenticationMethod (" + method + ")")
        .contains("SCRAM needs a password that the broker knows, and a token is none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-1", "scram-sha-256", "SCRAM-SHA-256-PLUS"})
  void knowTwoKindsOfScram(String method) {
    assertThat(error("authenticationMethod", method, "username", "u", "password", "p"))
        .isEqualTo(
            "[MQTT_INVALID_OPTION] Option authenticationMethod: '%s' is not supported. Accepted: SCRAM-SHA-256, SCRAM-SHA-512, or the name of a method that takes a token."
                .formatted(method));
  }

  @Test
  void otherMethodsNeedSomeSecret() {
    assertThat(parse(with(CLIENT, "authenticationMethod", "CUSTOM-JWT")).credentials().method())
        .isEqualTo("CUSTOM-JWT");
    assertThat(parse("authenticationMethod", "X", "password", "p").credentials().method())
        .isEqualTo("X");
    assertThat(error("authenticationMethod", "OAUTH2-JWT"))
        .startsWith(
            "[MQTT_MISSING_OPTION] Option password is missing: authenticationMethod (OAUTH2-JWT) needs it, or passwordFile, credentialsProvider, oauth.tokenEndpoint.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a..B", ".A", "A.", "1A", "a/B"})
  void takeTheNameOfAClass(String name) {
    assertThat(error("credentialsProvider", name))
        .startsWith(
            "[MQTT_INVALID_OPTION] Option credentialsProvider: '"
                + name
                + "' is no name of a class");
  }
}
