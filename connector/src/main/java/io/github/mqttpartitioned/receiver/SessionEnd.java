// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.DataPlane;
import io.github.mqttpartitioned.mqtt.Login;
import io.github.mqttpartitioned.mqtt.PahoSession;
import io.github.mqttpartitioned.mqtt.SubscriptionRequest;
import io.github.mqttpartitioned.mqtt.Subscriptions;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.mqtt.credentials.ConnectionAuthentication;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import io.github.mqttpartitioned.receiver.inbound.NodeMemory;
import io.github.mqttpartitioned.receiver.inbound.PacketReader;
import io.github.mqttpartitioned.receiver.inbound.PoisonMessages;
import io.github.mqttpartitioned.receiver.inbound.PublishParser;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Ends a session at the broker, and what the broker holds for it: it connects, acknowledges
 * nothing, and leaves with Session Expiry Interval 0 (section 3.14.2.2.2).
 */
public final class SessionEnd {

  private static final Duration END_LIMIT = Duration.ofSeconds(2);

  private SessionEnd() {}

  /**
   * Ends the session. Waits for the broker, at most {@code connectTimeout} and two seconds.
   *
   * @param settings as which to connect, by the login
   * @param credentials what the connection asks for others, if it lasts that long
   * @param first what it connects with
   * @return whether there was a session
   * @throws IOException if the broker cannot be reached, does not answer, or refuses
   * @throws CredentialsException if nothing can be sent that authenticates the client
   */
  public static boolean of(
      Function<Login, ConnectionSettings> settings,
      ClientCredentials credentials,
      Credentials first)
      throws IOException, CredentialsException, InterruptedException {
    Object monitor = new Object();
    Inbox inbox =
        new Inbox(monitor, "", NodeMemory.ofThisJvm().share(), Duration.ZERO, () -> false);
    try (ConnectionAuthentication authentication =
        new ConnectionAuthentication(credentials, first, new Renewals(inbox))) {
      ConnectionSettings connection = settings.apply(authentication.login());
      try (PahoSession session =
          new PahoSession(connection, Subscriptions.NONE, new Answers(inbox, authentication))) {
        authentication.over(session);
        session.open();
        await(monitor, connection.connectTimeout(), () -> inbox.connAck() != null || isOver(inbox));
        ConnAck connAck = inbox.connAck();
        if (connAck == null || connAck.reasonCode() != ReasonCode.SUCCESS) {
          throw refused(connection, inbox);
        }
        session.endSession();
        await(monitor, END_LIMIT, () -> isOver(inbox));
        return connAck.sessionPresent();
      } finally {
        inbox.close();
      }
    } finally {
      inbox.memory().close();
    }
  }

  private static IOException refused(ConnectionSettings connection, Inbox inbox) {
    ConnAck connAck = inbox.connAck();
    String what =
        connAck == null
            ? "does not answer"
            : "said " + ReasonCode.describe(connAck.reasonCode(), connAck.reason());
    return new IOException(
        "%s %s to %s".formatted(connection.broker(), what, connection.clientId()), inbox.end());
  }

  private record Renewals(Inbox inbox) implements ConnectionAuthentication.Listener {
    @Override
    public void ended(Throwable cause) {
      inbox.end(cause);
    }

    @Override
    public void notRenewed(CredentialsException cause) {
      inbox.end(cause);
    }
  }

  private static boolean isOver(Inbox inbox) {
    return inbox.end() != null;
  }

  private static void await(Object monitor, Duration limit, BooleanSupplier done)
      throws InterruptedException {
    synchronized (monitor) {
      long until = System.nanoTime() + limit.toNanos();
      for (long left = limit.toNanos();
          !done.getAsBoolean() && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(monitor, left);
      }
    }
  }

  /** Hears whether there was a session. Messages are not acknowledged. */
  private record Answers(Inbox inbox, Authentication authentication) implements DataPlane {
    @Override
    public InputStream inbound(InputStream wire, Consumer<ReasonCode> disconnect) {
      PublishParser parser =
          new PublishParser(AckMode.STORED, new InFlightIds(), new PoisonMessages());
      return new PacketReader(wire, inbox, parser, () -> 0, disconnect, authentication);
    }

    @Override
    public long maximumPacketSize() {
      return Long.MAX_VALUE;
    }

    @Override
    public void subscribing(List<SubscriptionRequest> requests) {
      inbox.answers().sending(requests);
    }

    @Override
    public void ended(Throwable cause) {
      inbox.end(cause);
    }
  }
}
