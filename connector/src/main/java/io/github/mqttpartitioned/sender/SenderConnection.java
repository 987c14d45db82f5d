// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CREDENTIALS_UNAVAILABLE;

import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.DataPlane;
import io.github.mqttpartitioned.mqtt.PahoSession;
import io.github.mqttpartitioned.mqtt.Subscriptions;
import io.github.mqttpartitioned.mqtt.credentials.AuthenticationException;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.mqtt.credentials.ConnectionAuthentication;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One network connection of a sender, from CONNECT to its end. Confined to the sender thread, but
 * for what the session reports.
 */
final class SenderConnection
    implements DataPlane, ConfirmationReader.Events, Silence.Wire, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SenderConnection.class);

  private final SenderName name;
  private final Duration connectTimeout;
  private final Outbox outbox;
  private final int number;
  private final ConnectionAuthentication authentication;
  private final PahoSession session;

  // Guarded by this.
  private @Nullable ConnAck connAck;
  private @Nullable Disconnect disconnect;
  private @Nullable Throwable end;

  /**
   * Asks for credentials, and prepares a connection with them.
   *
   * @throws IOException if the settings are not accepted
   * @throws SinkException if there are no credentials
   */
  SenderConnection(
      SenderName name, ConnectionSettings settings, ClientCredentials credentials, Outbox outbox)
      throws IOException, InterruptedException {
    this.name = name;
    this.connectTimeout = settings.connectTimeout();
    this.outbox = outbox;
    try {
      this.authentication =
          new ConnectionAuthentication(credentials, credentials.await(), new Renewals());
    } catch (CredentialsException e) {
      throw SinkException.noCredentials(name, e);
    }
    this.session =
        new PahoSession(settings.withLogin(authentication.login()), Subscriptions.NONE, this);
    authentication.over(session);
    this.number = outbox.connecting(name);
  }

  @Override
  public InputStream inbound(InputStream wire, Consumer<ReasonCode> leave) {
    return new ConfirmationReader(wire, outbox, number, this, leave, authentication);
  }

  @Override
  public synchronized void connAck(ConnAck received) {
    connAck = received;
    notifyAll();
  }

  @Override
  public synchronized void disconnect(Disconnect received) {
    disconnect = received;
  }

  @Override
  public void ended(Throwable cause) {
    synchronized (this) {
      if (end == null) {
        end = cause;
      }
      notifyAll();
    }
    outbox.disconnected(number);
  }

  /**
   * Connects.
   *
   * @param cleanStart whether to begin a new session
   * @throws SinkException if the broker refuses, cannot be reached or does not answer in time
   */
  void open(boolean cleanStart) throws InterruptedException {
    try {
      session.open(cleanStart);
    } catch (IOException e) {
      throw SinkException.unreachable(name, connectTimeout, e);
    }
    ConnAck answer = awaitConnAck();
    if (answer.reasonCode() != ReasonCode.SUCCESS || end() != null) {
      throw cause();
    }
    outbox.connected(answer.limits(), answer.sessionPresent(), this);
    if (end() != null) {
      outbox.disconnected(number);
    }
  }

  private synchronized ConnAck awaitConnAck() throws InterruptedException {
    long until = System.nanoTime() + connectTimeout.toNanos();
    while (connAck == null) {
      long left = until - System.nanoTime();
      if (end != null) {
        throw cause();
      }
      if (left <= 0) {
        throw SinkException.silent(name, connectTimeout);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return connAck;
  }

  private synchronized @Nullable Throwable end() {
    return end;
  }

  /** Why the connection is over: the broker's own words before what the network reported. */
  synchronized SinkException cause() {
    if (connAck != null && connAck.reasonCode() != ReasonCode.SUCCESS) {
      return SinkException.refused(name, connAck);
    }
    if (disconnect != null) {
      return SinkException.disconnected(name, disconnect);
    }
    Throwable cause = end == null ? new IOException("the sender has left the broker") : end;
    if (cause instanceof AuthenticationException unproved) {
      return SinkException.notAuthenticated(name, unproved);
    }
    if (cause instanceof RuntimeException || cause instanceof Error) {
      return SinkException.broken(name, cause);
    }
    return connAck == null
        ? SinkException.unreachable(name, connectTimeout, cause)
        : SinkException.lost(name, cause);
  }

  /** Writes what the outbox gives, until the connection is over or the outbox is stopped. */
  void writeAll() throws InterruptedException {
    for (Piece piece = outbox.next(); piece != null; piece = outbox.next()) {
      try {
        if (!session.send(piece.bytes, piece.from, piece.length)) {
          throw new IOException("the connection ends: DISCONNECT was sent");
        }
      } catch (IOException e) {
        outbox.writeFailed();
        ended(e);
      }
    }
  }

  @Override
  public long sentAt() {
    return session.sentAt();
  }

  @Override
  public void giveUp() {
    session.abort(
        new IOException(
            "nothing was confirmed for half of connectTimeout=%dms"
                .formatted(connectTimeout.toMillis())));
  }

  /** Ends the session, and waits a little until the broker has closed the connection. */
  void leave(Duration patience) throws InterruptedException {
    session.endSession();
    synchronized (this) {
      long until = System.nanoTime() + patience.toNanos();
      for (long left = patience.toNanos();
          end == null && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    }
  }

  private final class Renewals implements ConnectionAuthentication.Listener {
    @Override
    public void ended(Throwable cause) {
      SenderConnection.this.ended(cause);
    }

    @Override
    public void notRenewed(CredentialsException cause) {
      LOG.warn(
          MQTT_CREDENTIALS_UNAVAILABLE.message("{} has no new credentials and tries again: {}"),
          name,
          cause.getMessage());
    }
  }

  private synchronized @Nullable ConnAck connAck() {
    return connAck;
  }

  private synchronized @Nullable Disconnect disconnect() {
    return disconnect;
  }

  @Override
  public void close() {
    session.close();
    authentication.ended(connAck(), disconnect());
    authentication.close();
  }
}
