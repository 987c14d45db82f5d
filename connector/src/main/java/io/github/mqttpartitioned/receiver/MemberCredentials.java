// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider.Request;
import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSource;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.option.SourceSettings;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Asks for the credentials of a member, anew for each of its connections. Thread-safe. */
final class MemberCredentials {

  private static final Set<Integer> REFUSALS =
      Set.of(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD.code(),
          ReasonCode.NOT_AUTHORIZED.code(),
          ReasonCode.BAD_AUTHENTICATION_METHOD.code());

  private final SourceSettings settings;
  private final Request request;
  private final ReceiverSignals signals;
  private volatile @Nullable CredentialSource source;

  MemberCredentials(SourceSettings settings, int partition, ReceiverSignals signals) {
    this.settings = settings;
    this.request = new Request(settings.broker(partition).url(), settings.clientId(partition));
    this.signals = signals;
  }

  /**
   * Asks, for {@code connectTimeout} at most.
   *
   * @return fails with a {@link CredentialsException}
   */
  CompletableFuture<Credentials> ask() {
    try {
      CredentialSource known = source;
      if (known == null) {
        known = CredentialSource.of(settings.credentials());
        source = known;
      }
      return known.ask(request, settings.connectTimeout());
    } catch (CredentialsException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Asks and waits. Called by the receiver thread.
   *
   * @return null when the receiver is to stop
   * @throws CredentialsException if there are none
   */
  @Nullable Credentials await() throws CredentialsException, InterruptedException {
    CompletableFuture<Credentials> answer = ask();
    CompletableFuture<Credentials> unused = answer.whenComplete((credentials, failure) -> wake());
    synchronized (signals) {
      while (!answer.isDone() && !signals.isStopping()) {
        signals.wait();
      }
    }
    if (answer.cancel(true)) {
      return null;
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw CredentialsException.of(e.getCause());
    }
  }

  private void wake() {
    synchronized (signals) {
      signals.notifyAll();
    }
  }

  /** Whether a broker does not accept the credentials of a connection. */
  static boolean areRefused(@Nullable ConnAck connAck, @Nullable Disconnect disconnect) {
    return (connAck != null && REFUSALS.contains(connAck.reasonCode()))
        || (disconnect != null && REFUSALS.contains(disconnect.reasonCode()));
  }

  /** The broker does not accept these credentials. */
  void refused(Credentials credentials) {
    CredentialSource known = source;
    if (known != null) {
      known.refused(credentials);
    }
  }
}
