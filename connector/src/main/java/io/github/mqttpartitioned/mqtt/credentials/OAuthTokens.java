// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Takes tokens from a token endpoint and keeps the last one until it is to be {@linkplain Renewal
 * renewed}, or until a broker refuses it. A token whose end is not known is not kept. Members that
 * ask at the same time share one request. Thread-safe.
 */
final class OAuthTokens implements CredentialsProvider {

  private final @Nullable String username;
  private final TokenEndpoint endpoint;
  private final InstantSource clock;

  /** Not a monitor: a thread that waits for it can be interrupted. */
  private final ReentrantLock lock = new ReentrantLock();

  private final AtomicReference<@Nullable Kept> kept = new AtomicReference<>();

  private record Kept(Credentials credentials, Instant until) {}

  OAuthTokens(@Nullable String username, OAuthClient client, InstantSource clock) {
    this.username = username;
    this.endpoint = new TokenEndpoint(client);
    this.clock = clock;
  }

  @Override
  public Credentials credentials(Request request)
      throws CredentialsException, InterruptedException {
    lock.lockInterruptibly();
    try {
      Kept last = kept.get();
      return last != null && clock.instant().isBefore(last.until) ? last.credentials : fetch();
    } finally {
      lock.unlock();
    }
  }

  private Credentials fetch() throws CredentialsException, InterruptedException {
    Instant now = clock.instant();
    TokenEndpoint.Token token = endpoint.get();
    Credentials fetched = Credentials.of(username, token.value());
    Duration life = token.life();
    Instant end = life == null ? Jwt.endOf(fetched).orElse(null) : now.plus(life);
    if (end == null) {
      kept.set(null);
      return fetched;
    }
    Credentials ending = fetched.endingAt(end);
    kept.set(new Kept(ending, Renewal.due(now, end)));
    return ending;
  }

  @Override
  public void refused(Credentials credentials) {
    Kept last = kept.get();
    if (last != null && last.credentials == credentials) {
      kept.compareAndSet(last, null);
    }
  }
}
