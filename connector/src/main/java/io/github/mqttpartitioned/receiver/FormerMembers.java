// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.Authentication;
import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.DataPlane;
import io.github.mqttpartitioned.mqtt.InFlightIds;
import io.github.mqttpartitioned.mqtt.PahoSession;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.mqtt.SubscriptionRequest;
import io.github.mqttpartitioned.mqtt.Subscriptions;
import io.github.mqttpartitioned.mqtt.credentials.ConnectionAuthentication;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.option.AckMode;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import io.github.mqttpartitioned.receiver.inbound.NodeMemory;
import io.github.mqttpartitioned.receiver.inbound.PacketReader;
import io.github.mqttpartitioned.receiver.inbound.PoisonMessages;
import io.github.mqttpartitioned.receiver.inbound.PublishParser;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the sessions of members that an earlier query with the same client ids had, and this one
 * does not have: it had more partitions. The broker would give them a part of the messages until
 * they expire. Member p looks for the members p + N, p + 2N and so on, and stops where there is no
 * session.
 *
 * <p>Confined to the receiver thread.
 */
final class FormerMembers {

  private static final Logger LOG = LoggerFactory.getLogger(FormerMembers.class);

  /**
   * A broker that says of each client id that it has a session would otherwise be asked without an
   * end.
   */
  private static final int MOST = 100;

  private static final Duration END_LIMIT = Duration.ofSeconds(2);

  private final MemberContext member;

  FormerMembers(MemberContext member) {
    this.member = member;
  }

  void end() throws InterruptedException {
    int step = member.settings().partitions();
    int last = member.partition() + MOST * step;
    for (int former = member.partition() + step;
        former <= last && !member.signals().isStopping() && endSession(former);
        former += step) {
      LOG.warn(
          """
          {} had a session of {}, which an earlier query with the same client ids has left. This \
          query has only {} partitions, so the session has ended, with the messages that it held""",
          member.settings().broker(former),
          member.settings().clientId(former),
          step);
    }
  }

  /** Returns whether there was a session. */
  private boolean endSession(int former) throws InterruptedException {
    Object monitor = new Object();
    Inbox inbox =
        new Inbox(
            monitor,
            member.settings().broker(former).url(),
            NodeMemory.ofThisJvm().share(),
            () -> false);
    try (ConnectionAuthentication authentication =
            new ConnectionAuthentication(member.credentials(), credentials(), new Renewals(inbox));
        PahoSession session =
            new PahoSession(
                member.connectionSettings(former, authentication.login()),
                Subscriptions.NONE,
                new Answers(inbox, authentication))) {
      authentication.over(session);
      try {
        session.open();
        await(
            monitor,
            member.settings().connectTimeout(),
            () -> inbox.connAck() != null || isOver(inbox));
        ConnAck connAck = inbox.connAck();
        if (connAck == null || connAck.reasonCode() != ReasonCode.SUCCESS) {
          return false;
        }
        session.endSession();
        await(monitor, END_LIMIT, () -> isOver(inbox));
        return connAck.sessionPresent();
      } finally {
        inbox.close();
      }
    } catch (IOException | CredentialsException e) {
      LOG.debug("Cannot look for a session of {}", member.settings().clientId(former), e);
      return false;
    } finally {
      inbox.memory().close();
    }
  }

  private Credentials credentials() throws CredentialsException, InterruptedException {
    CompletableFuture<Credentials> answer = member.credentials().ask();
    try {
      if (!member.signals().await(answer)) {
        throw new InterruptedException("the receiver is to stop");
      }
      return answer.get();
    } catch (ExecutionException e) {
      throw CredentialsException.of(e.getCause());
    }
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
    public void subscriptionsSent(List<SubscriptionRequest> requests) {
      inbox.answers().sent(requests);
    }

    @Override
    public void ended(Throwable cause) {
      inbox.end(cause);
    }
  }
}
