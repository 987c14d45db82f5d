// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.mqtt.network.Secret;
import java.io.Serializable;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What the user's options say about credentials. At most one of {@code password}, {@code
 * passwordFile}, {@code oauth} and {@code provider} is given.
 *
 * @param username User Name of CONNECT (section 3.1.3.5), null for none
 * @param password the secret itself, null for none
 * @param passwordFile path of the file that holds the secret, null for none
 * @param oauth where a token comes from, null for none
 * @param provider name of a class that implements {@code CredentialsProvider}, null for none
 * @param method Authentication Method (section 3.1.2.11.9), null for none
 */
public record CredentialSettings(
    @Nullable String username,
    @Nullable Secret password,
    @Nullable String passwordFile,
    @Nullable OAuthClient oauth,
    @Nullable String provider,
    @Nullable String method)
    implements Serializable {

  /** No credentials. */
  public static final CredentialSettings NONE =
      new CredentialSettings(null, null, null, null, null, null);

  /** A user name and a password that never change; null for none. */
  public static CredentialSettings fixed(@Nullable String username, @Nullable Secret password) {
    return new CredentialSettings(username, password, null, null, null, null);
  }

  /**
   * A client of OAuth 2 that gets tokens with its own credentials (RFC 6749, section 4.4).
   *
   * @param tokenEndpoint an https URL; http is for this host only
   * @param scope scopes with spaces between them, null for none
   */
  public record OAuthClient(
      URI tokenEndpoint, String clientId, Secret clientSecret, @Nullable String scope)
      implements Serializable {

    /** The endpoint for errors: a query may hold a secret. */
    String endpoint() {
      return "%s://%s%s"
          .formatted(
              tokenEndpoint.getScheme(),
              tokenEndpoint.getRawAuthority(),
              tokenEndpoint.getRawPath());
    }

    @Override
    public String toString() {
      return "OAuthClient[%s, %s, ***]".formatted(endpoint(), clientId);
    }
  }
}
