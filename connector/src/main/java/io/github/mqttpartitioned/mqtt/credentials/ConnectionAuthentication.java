// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.Login;
import io.github.mqttpartitioned.mqtt.PahoSession;
import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Auth;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Proves a client's credentials on one connection: in CONNECT, in the exchange of AUTH packets that
 * the option {@code authenticationMethod} asks for, and again before they end (section 4.12.1). If
 * the credentials end without that, the broker ends the connection, and the next one has new ones.
 *
 * <p>Thread-safe. The wire thread brings packets, other threads bring credentials.
 */
public final class ConnectionAuthentication implements Authentication, AutoCloseable {

  /** The shortest time between two renewals, and before another attempt at one. */
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Hears what becomes of a connection. Called by any thread, without a lock. */
  public interface Listener {

    /** The connection cannot go on. */
    void ended(Throwable cause);

    /** There are no new credentials now. They are asked for again. */
    void notRenewed(CredentialsException cause);
  }

  private final ClientCredentials client;
  private final @Nullable String method;
  private final Listener listener;

  // All of the following is guarded by this.
  private Credentials credentials;
  private @Nullable PahoSession session;
  private Duration pause = SHORTEST_PAUSE;
  private boolean accepted;
  private boolean closed;

  /** The client's part in the exchange that is going on, null for none. */
  private @Nullable Mechanism exchange;

  /** The provider's answer that a renewal waits for, null for none. */
  private @Nullable CompletableFuture<Credentials> asking;

  /** What is to be done next at its time: a renewal, or giving up to wait for its answer. */
  private @Nullable Future<?> timer;

  /**
   * Prepares the login.
   *
   * @param credentials what the client connects with
   * @throws CredentialsException if the credentials do not suffice
   */
  public ConnectionAuthentication(
      ClientCredentials client, Credentials credentials, Listener listener)
      throws CredentialsException {
    this.client = client;
    this.method = client.method();
    this.credentials = credentials;
    this.listener = listener;
    this.exchange = method == null ? null : Mechanism.of(method, credentials);
  }

  /** What CONNECT says. With an Authentication Method the secret is not its Password. */
  public synchronized Login login() {
    return new Login(
        credentials.username().orElse(null),
        method == null ? credentials.secret().orElse(null) : null,
        method,
        exchange == null ? null : exchange.first());
  }

  /** The session that AUTH is sent over. */
  public synchronized void over(PahoSession target) {
    session = target;
  }

  @Override
  public synchronized void accepted(Auth connAck) throws IOException {
    accepted = true;
    if (exchange != null) {
      finish(exchange, connAck);
    }
  }

  @Override
  public synchronized void received(Auth packet) throws IOException {
    if (method == null) {
      NONE.received(packet);
    } else if (exchange == null && packet.reasonCode() != ReasonCode.SUCCESS) {
      // Section 4.12.1 lets only the client begin. Some brokers ask for it.
      renew();
    } else if (exchange != null && packet.reasonCode() == CONTINUE) {
      proceed(exchange, packet);
    } else if (exchange != null && accepted && packet.reasonCode() == ReasonCode.SUCCESS) {
      finish(exchange, packet);
    } else {
      throw new MalformedPacketException(
          ReasonCode.PROTOCOL_ERROR,
          "AUTH with reason code 0x%02X, which does not fit the exchange"
              .formatted(packet.reasonCode()));
    }
  }

  private void proceed(Mechanism current, Auth packet) throws IOException {
    try {
      send(CONTINUE, current.answer(packet.data()));
    } catch (AuthenticationException e) {
      leave();
      throw e;
    }
  }

  private void finish(Mechanism current, Auth packet) throws AuthenticationException {
    try {
      current.finish(packet.data());
      exchange = null;
      pause = SHORTEST_PAUSE;
      stopTimer();
      scheduleRenewal();
    } catch (AuthenticationException e) {
      leave();
      throw e;
    }
  }

  private void leave() {
    if (session != null) {
      session.disconnect();
    }
  }

  private void send(int reasonCode, byte[] data) throws IOException {
    if (session != null && method != null) {
      byte[] packet = Authentication.packet(reasonCode, method, data);
      session.send(packet, packet.length);
    }
  }

  private void scheduleRenewal() {
    if (method != null && Mechanism.isToken(method)) {
      CredentialSource.renewal(credentials)
          .map(due -> Duration.between(Instant.now(), due))
          .ifPresent(
              delay ->
                  setTimer(
                      delay.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : delay, this::renew));
    }
  }

  private synchronized void setTimer(Duration delay, Runnable task) {
    stopTimer();
    if (!closed) {
      timer = CredentialSource.after(delay, task);
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  /** Asks for credentials, to authenticate again with them. */
  private void renew() {
    CompletableFuture<Credentials> answer = beginRenewal();
    if (answer != null) {
      CompletableFuture<Credentials> unused = answer.whenComplete(this::renewed);
    }
  }

  private synchronized @Nullable CompletableFuture<Credentials> beginRenewal() {
    if (closed || asking != null) {
      return null;
    }
    stopTimer();
    asking = client.ask();
    return asking;
  }

  private void renewed(@Nullable Credentials given, @Nullable Throwable failure) {
    try {
      if (given == null) {
        throw CredentialsException.of(failure);
      }
      authenticateAgain(given);
    } catch (CredentialsException e) {
      if (renewLater()) {
        listener.notRenewed(e);
      }
    } catch (IOException e) {
      listener.ended(e);
    }
  }

  private synchronized void authenticateAgain(Credentials given)
      throws CredentialsException, IOException {
    asking = null;
    if (!closed && method != null) {
      Mechanism again = Mechanism.of(method, given);
      credentials = given;
      exchange = again;
      send(RE_AUTHENTICATE, again.first());
      setTimer(client.limit(), this::unanswered);
    }
  }

  /** Returns false if the connection is over. */
  private synchronized boolean renewLater() {
    asking = null;
    if (closed) {
      return false;
    }
    setTimer(pause, this::renew);
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    return true;
  }

  private void unanswered() {
    if (isWaiting()) {
      listener.ended(
          new IOException(
              "the broker did not answer AUTH within connectTimeout=%dms"
                  .formatted(client.limit().toMillis())));
    }
  }

  private synchronized boolean isWaiting() {
    return !closed && exchange != null;
  }

  /** The connection is over: tells the provider if the broker does not accept the credentials. */
  public synchronized void ended(@Nullable ConnAck connAck, @Nullable Disconnect disconnect) {
    if (connAck != null) {
      client.ended(connAck.reasonCode(), credentials);
    }
    if (disconnect != null) {
      client.ended(disconnect.reasonCode(), credentials);
    }
  }

  @Override
  public void close() {
    CompletableFuture<Credentials> pending;
    synchronized (this) {
      closed = true;
      session = null;
      stopTimer();
      pending = asking;
    }
    if (pending != null) {
      pending.cancel(true);
    }
  }
}
