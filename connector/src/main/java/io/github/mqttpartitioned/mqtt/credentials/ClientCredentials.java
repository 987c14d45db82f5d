// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider.Request;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks for the credentials of one client, anew for each of its connections. Thread-safe. */
public final class ClientCredentials {

  private static final Set<Integer> REFUSALS =
      Set.of(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD.code(),
          ReasonCode.NOT_AUTHORIZED.code(),
          ReasonCode.BAD_AUTHENTICATION_METHOD.code());

  private final CredentialSettings settings;
  private final Request request;
  private final Duration limit;
  private volatile @Nullable CredentialSource source;

  /**
   * Prepares to ask.
   *
   * @param limit {@code connectTimeout}: how long a provider may take to answer, and how long a
   *     broker may take to answer AUTH
   */
  public ClientCredentials(
      CredentialSettings settings, BrokerUrl broker, String clientId, Duration limit) {
    this.settings = settings;
    this.request = new Request(broker.url(), clientId);
    this.limit = limit;
  }

  /**
   * Asks for credentials.
   *
   * @return the answer, or its {@link CredentialsException}. Its cancellation interrupts the
   *     provider
   */
  public CompletableFuture<Credentials> ask() {
    try {
      return source().ask(request, limit);
    } catch (CredentialsException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Asks for credentials and waits for them.
   *
   * @throws CredentialsException if there are none
   */
  public Credentials await() throws CredentialsException, InterruptedException {
    return source().await(request, limit);
  }

  private CredentialSource source() throws CredentialsException {
    CredentialSource known = source;
    if (known == null) {
      known = CredentialSource.of(settings);
      source = known;
    }
    return known;
  }

  /** Authentication Method, null for none. */
  @Nullable String method() {
    return settings.method();
  }

  Duration limit() {
    return limit;
  }

  /** Tells the provider if a broker has ended a connection because of these credentials. */
  void ended(int reasonCode, Credentials credentials) {
    CredentialSource known = source;
    if (known != null && REFUSALS.contains(reasonCode)) {
      known.refused(credentials);
    }
  }
}
