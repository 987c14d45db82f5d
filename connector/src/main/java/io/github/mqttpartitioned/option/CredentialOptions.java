// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static java.util.stream.Collectors.joining;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.option.syntax.Syntax;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The options about credentials: their syntax, which of them fit together, what they mean. */
final class CredentialOptions {

  private static final List<String> SCRAM = List.of("SCRAM-SHA-256", "SCRAM-SHA-512");

  private static final String IDENTIFIER =
      "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*";

  private static final Predicate<String> CLASS_NAME =
      Pattern.compile(IDENTIFIER + "(\\." + IDENTIFIER + ")*").asMatchPredicate();

  /** An address of this host, as it is written: names are not resolved here. */
  private static final Predicate<String> LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]").asMatchPredicate();

  private CredentialOptions() {}

  // Syntax

  static Syntax<String> notEmpty() {
    return Syntax.text()
        .checked(text -> text.isBlank() ? Optional.of("is empty") : Optional.empty())
        .described("text that is not empty");
  }

  static Syntax<URI> tokenEndpoint() {
    return new Syntax<>(
        "an `https://` URL; `http://` for this host only", text -> endpoint(text.strip()));
  }

  private static URI endpoint(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL", e);
    }
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw new IllegalArgumentException("must begin with https://");
    }
    if (url.getHost() == null) {
      throw new IllegalArgumentException("has no host");
    }
    if (url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          """
          contains @: give client id and secret by the options oauth.clientId and \
          oauth.clientSecret""");
    }
    if (scheme.equals("http") && !LOOPBACK.test(url.getHost().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "is not encrypted: the client secret would be readable on the network");
    }
    return url;
  }

  static Syntax<String> authenticationMethod() {
    return Syntax.mqttString()
        .checked(
            name ->
                name.toUpperCase(Locale.ROOT).startsWith("SCRAM") && !SCRAM.contains(name)
                    ? Optional.of("is not supported")
                    : Optional.empty())
        .described("`SCRAM-SHA-256`, `SCRAM-SHA-512`, or the name of a method that takes a token");
  }

  static Syntax<String> className() {
    return Syntax.text()
        .checked(
            name -> CLASS_NAME.test(name) ? Optional.empty() : Optional.of("is no name of a class"))
        .described("the full name of a class");
  }

  // Which fit together

  static void check(OptionValues values) {
    checkOneOrigin(values);
    checkClient(values);
    values
        .find(DeclaredSourceOptions.AUTHENTICATION_METHOD)
        .ifPresent(method -> checkMethod(method, values));
  }

  /** A secret has one origin. */
  private static void checkOneOrigin(OptionValues values) {
    List<String> given =
        Stream.of(
                DeclaredSourceOptions.PASSWORD,
                DeclaredSourceOptions.PASSWORD_FILE,
                DeclaredSourceOptions.OAUTH_TOKEN_ENDPOINT,
                DeclaredSourceOptions.CREDENTIALS_PROVIDER)
            .filter(values::isGiven)
            .map(Option::key)
            .toList();
    if (given.size() > 1) {
      values.add(
          OptionException.contradiction(
              String.join(", ", given),
              given.get(0),
              given.stream().skip(1).collect(joining(" and ")),
              "each gives the password or token",
              "Give only one of them"));
    }
    if (values.isGiven(DeclaredSourceOptions.CREDENTIALS_PROVIDER)
        && values.isGiven(DeclaredSourceOptions.USERNAME)) {
      values.add(
          OptionException.contradiction(
              "username, credentialsProvider",
              "username",
              "credentialsProvider",
              "the provider gives the user name, too",
              "Remove username"));
    }
  }

  private static void checkClient(OptionValues values) {
    List<Option<?>> needed =
        List.of(
            DeclaredSourceOptions.OAUTH_TOKEN_ENDPOINT,
            DeclaredSourceOptions.OAUTH_CLIENT_ID,
            DeclaredSourceOptions.OAUTH_CLIENT_SECRET);
    Stream.concat(needed.stream(), Stream.of(DeclaredSourceOptions.OAUTH_SCOPE))
        .filter(values::isGiven)
        .findFirst()
        .ifPresent(
            given ->
                needed.stream()
                    .filter(option -> !values.isGiven(option))
                    .forEach(
                        option ->
                            values.add(
                                OptionException.missing(
                                    option, "%s is given, and needs it".formatted(given)))));
  }

  private static void checkMethod(String method, OptionValues values) {
    String given = "authenticationMethod (%s)".formatted(method);
    boolean hasProvider = values.isGiven(DeclaredSourceOptions.CREDENTIALS_PROVIDER);
    boolean hasToken = values.isGiven(DeclaredSourceOptions.OAUTH_TOKEN_ENDPOINT);
    boolean hasPassword =
        values.isGiven(DeclaredSourceOptions.PASSWORD)
            || values.isGiven(DeclaredSourceOptions.PASSWORD_FILE);
    if (SCRAM.contains(method) && hasToken) {
      values.add(
          OptionException.contradiction(
              "authenticationMethod, oauth.tokenEndpoint",
              given,
              "oauth.tokenEndpoint",
              "SCRAM needs a password that the broker knows, and a token is none",
              "Give username and password, or the broker's method for tokens, such as OAUTH2-JWT"));
    } else if (!hasProvider && !hasToken && !hasPassword) {
      values.add(
          OptionException.missing(
              DeclaredSourceOptions.PASSWORD,
              "%s needs it, or passwordFile, credentialsProvider%s"
                  .formatted(given, SCRAM.contains(method) ? "" : ", oauth.tokenEndpoint")));
    }
    if (SCRAM.contains(method) && !hasProvider && !values.isGiven(DeclaredSourceOptions.USERNAME)) {
      values.add(OptionException.missing(DeclaredSourceOptions.USERNAME, given + " needs it"));
    }
  }

  // What they mean

  static CredentialSettings read(OptionValues values) {
    return new CredentialSettings(
        values.find(DeclaredSourceOptions.USERNAME).orElse(null),
        values.find(DeclaredSourceOptions.PASSWORD).orElse(null),
        values.find(DeclaredSourceOptions.PASSWORD_FILE).orElse(null),
        client(values),
        values.find(DeclaredSourceOptions.CREDENTIALS_PROVIDER).orElse(null),
        values.find(DeclaredSourceOptions.AUTHENTICATION_METHOD).orElse(null));
  }

  private static @Nullable OAuthClient client(OptionValues values) {
    URI endpoint = values.find(DeclaredSourceOptions.OAUTH_TOKEN_ENDPOINT).orElse(null);
    if (endpoint == null) {
      return null;
    }
    String clientId = values.get(DeclaredSourceOptions.OAUTH_CLIENT_ID);
    Secret secret = values.get(DeclaredSourceOptions.OAUTH_CLIENT_SECRET);
    return new OAuthClient(
        endpoint, clientId, secret, values.find(DeclaredSourceOptions.OAUTH_SCOPE).orElse(null));
  }
}
