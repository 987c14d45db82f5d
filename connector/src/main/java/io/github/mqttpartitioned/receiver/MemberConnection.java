// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.DataPlane;
import io.github.mqttpartitioned.mqtt.PahoSession;
import io.github.mqttpartitioned.mqtt.SubscriptionRequest;
import io.github.mqttpartitioned.mqtt.credentials.ConnectionAuthentication;
import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.inbound.Batch;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import io.github.mqttpartitioned.receiver.inbound.NodeMemory;
import io.github.mqttpartitioned.receiver.inbound.PacketReader;
import io.github.mqttpartitioned.receiver.inbound.PublishParser;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One network connection of a member, from CONNECT to its end: takes what arrives, appends it in
 * one write transaction, then acknowledges it. An acknowledgement is sent only after the commit
 * that made its message durable, and only on the connection that delivered the message.
 *
 * <p>Confined to the receiver thread, except {@link #inFlight}.
 */
final class MemberConnection {

  /** After this long without a message, the buffers are released. */
  private static final Duration IDLE = Duration.ofSeconds(2);

  /** How long a broker may take to end a connection after DISCONNECT. */
  private static final Duration DISCONNECT_LIMIT = Duration.ofSeconds(2);

  /** Hears of a connection's progress. Called by the receiver thread. */
  interface Listener {

    /** The member is subscribed, or retired and no longer subscribed. */
    void connected();
  }

  private final MemberContext member;
  private final SourceSettings settings;
  private final int partition;
  private final GroupCommit groupCommit;
  private final Listener listener;
  private final ReceiverSignals signals;
  private final Inbox inbox;
  private final WithheldAcknowledgements withheld = new WithheldAcknowledgements();
  private boolean subscribed;
  private long subscribedAt;

  /** SUBACK and UNSUBACK packets so far. */
  private int answered;

  /** Until then the broker must answer, or a retired member must get a message. */
  private long deadline;

  MemberConnection(MemberContext member, Listener listener) {
    this.member = member;
    this.settings = member.settings();
    this.partition = member.partition();
    this.groupCommit = member.groupCommit();
    this.listener = listener;
    this.signals = member.signals();
    this.inbox =
        new Inbox(
            signals,
            settings.broker(partition).url(),
            NodeMemory.ofThisJvm().share(),
            settings.linger(),
            member.store().waiters()::isAny);
  }

  /** QoS 1 and 2 messages received whose acknowledgement is not over. Thread-safe. */
  int inFlight() {
    return inbox.inFlight();
  }

  /** Why the connection is over. */
  RuntimeException cause() {
    return ConnectionEnd.cause(inbox, settings, partition);
  }

  /** How long the member has been subscribed; zero if it is not. */
  Duration lived() {
    return subscribed ? Duration.ofNanos(System.nanoTime() - subscribedAt) : Duration.ZERO;
  }

  /**
   * Connects, and stays until the connection ends or the receiver is to stop.
   *
   * @return whether it ended the session of a retired member, because the session is empty
   * @throws MemberException if the broker refuses the member, or lacks what it needs
   * @throws IOException if there was not even an attempt to connect
   * @throws StoreException if messages could not be stored; the broker delivers them again
   */
  boolean live() throws IOException, InterruptedException {
    ConnectionAuthentication authentication = MemberAuthentication.of(member, inbox);
    if (authentication == null) {
      return false;
    }
    try (authentication;
        PahoSession session =
            new PahoSession(
                member.connectionSettings(authentication.login()),
                member.subscriptions(),
                new Messages(authentication))) {
      authentication.over(session);
      try {
        return live(session);
      } finally {
        authentication.ended(inbox.connAck(), inbox.disconnect());
      }
    } finally {
      if (!subscribed && member.packets().learn(inbox.answers())) {
        member.log().smallerPackets(member.packets().most());
      }
      inbox.memory().close();
    }
  }

  private boolean live(PahoSession session) throws IOException, InterruptedException {
    try {
      session.open();
      boolean empty = takeAll(session);
      if (inbox.end() == null && empty) {
        session.endSession();
        awaitEnd();
        return true;
      }
      leave(session);
      return false;
    } finally {
      // Before the session is closed, which waits for the wire thread, which may wait for room.
      inbox.close();
    }
  }

  /** The messages of the connection: the wire thread puts them into the inbox. */
  private final class Messages implements DataPlane {
    private final Authentication authentication;
    private final PublishParser parser =
        new PublishParser(
            settings.ackMode(),
            member.store().inFlight(),
            member.poison(),
            member.former().topics());

    Messages(Authentication authentication) {
      this.authentication = authentication;
    }

    @Override
    public InputStream inbound(InputStream wire, Consumer<ReasonCode> disconnect) {
      return new PacketReader(
          wire, inbox, parser, MemberConnection::nowMicros, disconnect, authentication);
    }

    @Override
    public long maximumPacketSize() {
      ConnAck connAck = inbox.connAck();
      return connAck == null ? Long.MAX_VALUE : connAck.maximumPacketSize();
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

  /** Pumps until that is over, then takes what has arrived meanwhile. */
  private boolean takeAll(PahoSession session) throws InterruptedException {
    try {
      boolean empty = pump(session);
      inbox.close();
      do {
        commitAndAcknowledge(session);
      } while (inbox.hasBatches());
      return empty;
    } catch (StoreException.Full e) {
      inbox.close();
      leave(session);
      throw e;
    }
  }

  private void leave(PahoSession session) throws InterruptedException {
    if (inbox.end() == null) {
      if (signals.isQueryStopping() && settings.sessions().endWithQuery()) {
        session.endSession();
      } else {
        session.disconnect();
      }
      awaitEnd();
    }
  }

  /**
   * Waits until the broker ends the connection after DISCONNECT. A socket that is closed with
   * unread data resets the connection, and the broker might never see the last acknowledgements.
   */
  private void awaitEnd() throws InterruptedException {
    synchronized (signals) {
      long until = System.nanoTime() + DISCONNECT_LIMIT.toNanos();
      for (long left = DISCONNECT_LIMIT.toNanos();
          inbox.end() == null && left > 0;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(signals, left);
      }
    }
  }

  /**
   * Takes, appends, acknowledges, until the connection ends or the receiver is to stop.
   *
   * @return true if it ended because the session of a retired member is empty
   */
  private boolean pump(PahoSession session) throws InterruptedException {
    deadline = System.nanoTime() + settings.connectTimeout().toNanos();
    while (await()) {
      // A session is not empty while one of its messages is being received.
      boolean busy =
          inbox.holdsSomething() || !withheld.isEmpty() || (subscribed && inbox.isInPacket());
      if (!subscribed) {
        int answers = inbox.answers().count();
        if (inbox.memory().isWaiting() || answers > answered) {
          // The broker is not silent. Or this member does not read, until others free memory.
          answered = answers;
          deadline = System.nanoTime() + patience().toNanos();
        }
        subscribed = checkSubscribed();
        busy |= subscribed;
      }
      if (commitAndAcknowledge(session)) {
        busy = true;
      }
      if (subscribed && member.former().hasSubscriptions()) {
        member.former().endSubscriptions(session);
      }
      if (busy) {
        // SUBACK comes after what the session held: a broker that sends messages is not silent.
        deadline = System.nanoTime() + patience().toNanos();
      } else if (member.isRetired() && subscribed && deadline - System.nanoTime() <= 0) {
        return true;
      }
    }
    if (!subscribed && inbox.answers().areDecided()) {
      // The broker ended the connection as soon as it had answered.
      subscribed = checkSubscribed();
    }
    return false;
  }

  private Duration patience() {
    return subscribed ? settings.drainTimeout() : settings.connectTimeout();
  }

  /**
   * Waits for something to do.
   *
   * @return false if the connection has ended or the receiver is to stop
   */
  private boolean await() throws InterruptedException {
    synchronized (signals) {
      boolean mustWake = !subscribed || (member.isRetired() && withheld.isEmpty());
      long wakeAt = mustWake ? deadline : System.nanoTime() + IDLE.toNanos();
      while (true) {
        if (signals.isStopping() || inbox.end() != null) {
          return false;
        }
        long now = System.nanoTime();
        long untilDue = inbox.nanosUntilDue(now);
        long untilWake = wakeAt - now;
        if (untilDue == 0
            || groupCommit.hasTrim()
            || withheld.isDue(signals.progress().processedBelow())
            || (!subscribed && inbox.answers().areDecided())
            || (subscribed && member.former().hasSubscriptions())
            || (mustWake && untilWake <= 0)) {
          return true;
        }
        if (untilWake > 0) {
          TimeUnit.NANOSECONDS.timedWait(signals, Math.min(untilDue, untilWake));
        } else {
          inbox.shrink();
          TimeUnit.NANOSECONDS.timedWait(signals, untilDue);
        }
      }
    }
  }

  /** Whether the broker has confirmed what the member subscribes to; there is a time limit. */
  private boolean checkSubscribed() throws InterruptedException {
    ConnAck connAck = inbox.connAck();
    if (connAck == null || !inbox.answers().areDecided()) {
      if (System.nanoTime() - deadline >= 0) {
        inbox.end(
            MemberException.silent(
                settings, partition, connAck == null ? "CONNECT" : "SUBSCRIBE or UNSUBSCRIBE"));
      }
      return false;
    }
    Preflight.check(connAck, settings, partition);
    Preflight.checkAnswers(inbox.answers(), settings, partition);
    boolean first = member.isFirstConnection();
    groupCommit.count(Counts.CONNECTION);
    subscribedAt = System.nanoTime();
    listener.connected();
    member.log().connected(connAck, first);
    member.former().connected(connAck.sessionPresent());
    if (first && connAck.sessionPresent()) {
      new FormerMembers(member).end();
    }
    return true;
  }

  /** Returns whether a message was stored. */
  private boolean commitAndAcknowledge(PahoSession session) {
    // A commit that is larger than the store would fail again and again.
    List<Batch> arrived = inbox.take(member.store().maxBlockBytes());
    List<Batch> batches = new ArrayList<>(arrived);
    long processed = signals.progress().processedBelow();
    if (withheld.isDue(processed)) {
      Batch due = new Batch(settings.broker(partition).url());
      withheld.takeDue(processed, due);
      batches.add(0, due);
    }
    long offset = member.store().extent().next();
    boolean stored = groupCommit.commit(batches);
    if (!batches.isEmpty()) {
      member.leaseCheck().require();
    }
    int unsent = 0;
    for (Batch batch : batches) {
      member.log().deadLetters(batch);
      withheld.add(batch, offset);
      offset += batch.block().count();
      unsent += batch.acknowledgementsCount();
    }
    for (Batch batch : batches) {
      unsent -= batch.acknowledgementsCount();
      inbox.stillOwed(unsent + withheld.size());
      acknowledge(batch, session);
    }
    inbox.recycle(arrived);
    member.leaseCheck().changed();
    return stored;
  }

  private void acknowledge(Batch batch, PahoSession session) {
    if (batch.acknowledgementsLength() == 0) {
      return;
    }
    try {
      if (!session.send(batch.acknowledgements(), batch.acknowledgementsLength())) {
        return;
      }
      groupCommit.count(Counts.ofAcknowledgements(batch.acknowledgementsCount()));
      member.times().acknowledged(System.nanoTime() - batch.receivedNanos());
    } catch (IOException e) {
      inbox.end(e);
    }
  }

  private static long nowMicros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
