// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.InFlight.Message;
import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT 5 publisher that is fast and loses nothing: many messages in flight, many packets in one
 * write, and with {@link PublisherBuilder#reconnecting} every unacknowledged message sent again, in
 * order, over a lost connection or a restarted broker.
 *
 * <p>Thread-safe; messages of one thread are sent in its order. One lock guards all state and is
 * never held over a read or a write: callers append packets to {@link Outbound}, whose thread
 * writes them, and the reader thread takes in acknowledgements and makes the next connection when
 * one is lost.
 */
public final class Publisher implements AutoCloseable {

  private static final Duration FIRST_BACKOFF = Duration.ofMillis(10);
  private static final Duration LONGEST_BACKOFF = Duration.ofMillis(500);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final int FIRST_ERROR_REASON = 0x80;
  private static final int NO_MATCHING_SUBSCRIBERS = 0x10;

  private final PublisherBuilder settings;
  private final Thread reader;

  private final ReentrantLock lock = new ReentrantLock();

  /** Something came back or was written, or the connection changed. */
  private final Condition progress = lock.newCondition();

  // All of the following is guarded by the lock.
  private final InFlight inFlight = new InFlight();
  private final Outbound outbound;

  /** DISCONNECT is sent: the broker ends the connection, and it is not made again. */
  private boolean leaving;

  private boolean closing;
  private @Nullable String failure;
  private long sent;
  private long acknowledged;
  private long resent;
  private long connections;
  private long sessionsLost;

  private Publisher(PublisherBuilder settings, Wire first) {
    this.settings = settings;
    outbound = new Outbound(settings.clientId(), lock, progress);
    reader = new Thread(() -> readLoop(first), settings.clientId() + "-reader");
    reader.setDaemon(true);
  }

  static Publisher start(PublisherBuilder settings, Wire first) {
    Publisher publisher = new Publisher(settings, first);
    publisher.adopt(first);
    publisher.reader.start();
    publisher.outbound.start();
    return publisher;
  }

  /** A publisher to the broker at a {@code tcp} or {@code ssl} URL. */
  public static PublisherBuilder to(String url) {
    return new PublisherBuilder(url);
  }

  /** Publishes without properties, not retained. */
  public void publish(String topic, byte[] payload, int qos) {
    publish(topic, payload, qos, false, MqttProperties.NONE);
  }

  /**
   * Publishes. Returns when the message is on its way, at QoS 1 and 2 not yet acknowledged; waits
   * while the window is full or there is no connection.
   *
   * @param payload must not be changed before it is acknowledged
   * @throws IllegalStateException if the connection is lost and is not to come back, the broker has
   *     refused a message, or nothing has moved for as long as this publisher has patience
   */
  public void publish(
      String topic, byte[] payload, int qos, boolean retain, MqttProperties properties) {
    Message message =
        new Message(
            topic.getBytes(StandardCharsets.UTF_8), payload, properties.encoded(), qos, retain);
    lock.lock();
    try {
      await("room for a message", settings.patience(), () -> hasRoom(qos));
      if (qos > 0) {
        inFlight.add(message);
      }
      outbound.put(message, false);
      sent++;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int qos) {
    boolean room = outbound.hasRoom() && (qos == 0 || inFlight.size() < outbound.window());
    if (!room) {
      outbound.hurry();
    }
    return room;
  }

  /** Writes what has gathered now, without waiting for more; returns at once. */
  public void flush() {
    lock.lock();
    try {
      outbound.hurry();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything published is acknowledged, at QoS 0 written.
   *
   * @throws IllegalStateException if it is not in that time, or never will be
   */
  public void awaitAcknowledged(Duration deadline) {
    lock.lock();
    try {
      outbound.hurry();
      await("acknowledgements", deadline, () -> inFlight.size() == 0 && outbound.isWritten());
    } finally {
      lock.unlock();
    }
  }

  /** Messages that {@link #publish} has taken. */
  public long sent() {
    return read(() -> sent);
  }

  /** Messages at QoS 1 and 2 whose handshake is complete. */
  public long acknowledged() {
    return read(() -> acknowledged);
  }

  /** Messages sent again after a lost connection, each time counted. */
  public long resent() {
    return read(() -> resent);
  }

  /** Connections made after the first. */
  public long reconnects() {
    return read(() -> connections - 1);
  }

  /**
   * Connections for which the broker had forgotten the session. Each may mean lost or repeated
   * messages at QoS 2, which are then beyond a publisher's power.
   */
  public long sessionsLost() {
    return read(() -> sessionsLost);
  }

  private long read(LongSupplier counter) {
    lock.lock();
    try {
      return counter.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** Cuts the connection without a DISCONNECT, as a failing network would. */
  public void cut() {
    lock.lock();
    try {
      outbound.cut();
    } finally {
      lock.unlock();
    }
  }

  /** Disconnects and ends the session. What is not acknowledged by now is given up. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (outbound.isConnected() && failure == null) {
        leaving = true;
        outbound.putDisconnect();
        await(
            "the last write",
            CLOSE_DEADLINE,
            () -> !outbound.isConnected() || outbound.isWritten());
      }
    } catch (IllegalStateException brokerGone) {
      // Then there is nobody to take leave of.
    } finally {
      closing = true;
      outbound.stop();
      progress.signalAll();
      lock.unlock();
    }
    reader.interrupt();
    join(reader);
  }

  private static void join(Thread thread) {
    try {
      thread.join(CLOSE_DEADLINE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits under the lock; fails when this publisher has failed. */
  private void await(String what, Duration deadline, BooleanSupplier condition) {
    long left = deadline.toNanos();
    while (true) {
      if (failure != null || closing) {
        throw new IllegalStateException(
            "%s: %s".formatted(settings.clientId(), failure != null ? failure : "closed"));
      }
      if (condition.getAsBoolean()) {
        return;
      }
      if (left <= 0) {
        throw new IllegalStateException(
            "%s: no %s in %s; %d messages in flight, %s"
                .formatted(
                    settings.clientId(),
                    what,
                    deadline,
                    inFlight.size(),
                    outbound.isConnected() ? "connected" : "not connected"));
      }
      try {
        left = progress.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(settings.clientId() + ": interrupted", e);
      }
    }
  }

  // What follows is for the reader thread.

  private void readLoop(Wire first) {
    Optional<Wire> current = Optional.of(first);
    while (current.isPresent()) {
      String reason = readUntilLost(current.get());
      current = mayReconnect(reason) ? reopen() : Optional.empty();
    }
  }

  /** Takes in what the broker sends; returns why there is no more. */
  private String readUntilLost(Wire from) {
    try {
      while (true) {
        Packet packet = from.reader().read();
        lock.lock();
        try {
          handle(packet);
          while (from.reader().hasBuffered()) {
            handle(from.reader().read());
          }
          progress.signalAll();
        } finally {
          lock.unlock();
        }
      }
    } catch (IOException e) {
      from.close();
      return "connection lost: " + e.getMessage();
    } catch (RuntimeException e) {
      from.close();
      return fail("cannot read what the broker sent: " + e);
    }
  }

  private void handle(Packet packet) throws IOException {
    switch (packet.type()) {
      case PUBACK, PUBREC, PUBCOMP -> handle(packet.acknowledgement());
      case PINGRESP -> {}
      case DISCONNECT ->
          throw new IOException(
              "DISCONNECT with reason 0x%02x".formatted(packet.disconnectReason()));
      default -> throw new IllegalStateException("unexpected " + packet);
    }
  }

  private void handle(Acknowledgement acknowledgement) {
    int packetId = acknowledgement.packetId();
    boolean error = acknowledgement.reason() >= FIRST_ERROR_REASON;
    if (error && acknowledgement.type() != PacketType.PUBCOMP) {
      fail("the broker refused a message: " + acknowledgement);
    } else if (acknowledgement.type() == PacketType.PUBREC) {
      inFlight.release(packetId, acknowledgement.reason() == NO_MATCHING_SUBSCRIBERS);
      outbound.put(PacketType.PUBREL, packetId);
    } else {
      complete(packetId, acknowledgement.reason() == NO_MATCHING_SUBSCRIBERS);
    }
  }

  private void complete(int packetId, boolean unmatchedNow) {
    Message message = inFlight.remove(packetId);
    if (message == null) {
      return;
    }
    if (settings.untilMatched() && (unmatchedNow || message.unmatched())) {
      inFlight.add(message);
      outbound.put(message, false);
      resent++;
    } else {
      acknowledged++;
    }
  }

  private String fail(String reason) {
    lock.lock();
    try {
      if (failure == null) {
        failure = reason;
      }
      progress.signalAll();
      return reason;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayReconnect(String reason) {
    lock.lock();
    try {
      outbound.disconnect();
      if (!closing && !settings.reconnecting()) {
        fail(reason);
      }
      progress.signalAll();
      return !closing && !leaving && failure == null;
    } finally {
      lock.unlock();
    }
  }

  /** Connects again, as often as it takes. */
  private Optional<Wire> reopen() {
    Duration backoff = FIRST_BACKOFF;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        return Optional.of(adopt(settings.open()));
      } catch (InterruptedIOException e) {
        // A connection attempt that timed out, or close().
        backoff = LONGEST_BACKOFF;
      } catch (IOException e) {
        backoff = pause(backoff);
      } catch (IllegalStateException e) {
        fail(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Duration pause(Duration backoff) {
    try {
      Thread.sleep(backoff.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Duration next = backoff.multipliedBy(2);
    return next.compareTo(LONGEST_BACKOFF) < 0 ? next : LONGEST_BACKOFF;
  }

  /** Makes a connection the current one, and sends what the last one left unacknowledged. */
  private Wire adopt(Wire opened) {
    lock.lock();
    try {
      if (closing) {
        opened.close();
        throw new IllegalStateException("closed");
      }
      if (inFlight.size() > opened.window()) {
        opened.close();
        throw new IllegalStateException(
            "%d messages in flight, but the broker now allows %d"
                .formatted(inFlight.size(), opened.window()));
      }
      boolean known = opened.sessionPresent();
      if (connections++ > 0 && !known) {
        sessionsLost++;
      }
      outbound.connect(opened);
      for (Message message : inFlight.inOrder()) {
        if (!message.released()) {
          outbound.put(message, known);
          resent++;
        } else if (known) {
          outbound.put(PacketType.PUBREL, message.packetId());
        } else {
          // The broker has taken it over with its PUBREC; there is no way to ask it again.
          inFlight.remove(message.packetId());
          acknowledged++;
        }
      }
      progress.signalAll();
      return opened;
    } finally {
      lock.unlock();
    }
  }
}
