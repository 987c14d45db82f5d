// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.InFlight.Message;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher has yet to write, and the thread that writes it. Callers append packets; the
 * writer waits a little for more, takes all there are, and writes them without holding the lock,
 * while the next ones gather.
 *
 * <p>The lock is the publisher's, and held in every method but {@link #start}.
 */
final class Outbound {

  /** With that much to write there is no waiting for more. */
  private static final int WRITE_AT_BYTES = 32 << 10;

  /** With that much to write callers have to wait. */
  private static final int FULL_AT_BYTES = 512 << 10;

  private static final long LINGER_NANOS = 200_000;
  private static final long LONG_SECONDS = 3600;

  private final Thread writer;
  private final ReentrantLock lock;

  /** Something was written; the publisher's. */
  private final Condition progress;

  /** There is something to write, a connection to write it to, or reason not to wait for more. */
  private final Condition writable;

  private @Nullable Wire wire;
  private Bytes gathering = new Bytes(FULL_AT_BYTES);
  private Bytes taken = new Bytes(FULL_AT_BYTES);
  private boolean writing;
  private boolean hurry;
  private boolean stopped;

  Outbound(String name, ReentrantLock lock, Condition progress) {
    this.lock = lock;
    this.progress = progress;
    this.writable = lock.newCondition();
    this.writer = new Thread(this::writeLoop, name + "-writer");
    writer.setDaemon(true);
  }

  void start() {
    writer.start();
  }

  /** Writes to another connection from now on, and nothing of what was meant for the last one. */
  void connect(Wire to) {
    wire = to;
    gathering.clear();
    writable.signal();
  }

  void disconnect() {
    wire = null;
  }

  boolean isConnected() {
    return wire != null;
  }

  /** Most messages in flight on this connection; 0 without one. */
  int window() {
    return wire == null ? 0 : wire.window();
  }

  /** Whether there is a connection, and not too much to be written to it. */
  boolean hasRoom() {
    return wire != null && gathering.size() < FULL_AT_BYTES;
  }

  /** Whether there is a connection, and everything is written to it. */
  boolean isWritten() {
    return wire != null && gathering.size() == 0 && !writing;
  }

  void put(Message message, boolean duplicate) {
    wakeWriter();
    int flags = (duplicate ? 8 : 0) | message.qos << 1 | (message.retain ? 1 : 0);
    Packets.putPublish(
        gathering, message.topic, message.payload, flags, message.packetId(), message.properties);
    if (gathering.size() > WRITE_AT_BYTES) {
      hurry();
    }
  }

  void put(PacketType acknowledgement, int packetId) {
    wakeWriter();
    Packets.putAcknowledgement(gathering, acknowledgement, packetId);
  }

  /** A DISCONNECT that ends the session; written at once. */
  void putDisconnect() {
    // A writer that was asked to hurry before sleeps when it has nothing to write.
    wakeWriter();
    gathering.put(
        Packets.disconnect(0, MqttProperties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 0)));
    hurry();
  }

  private void wakeWriter() {
    if (gathering.size() == 0) {
      writable.signal();
    }
  }

  /** Writes what there is, without waiting for more. */
  void hurry() {
    if (!hurry) {
      hurry = true;
      writable.signal();
    }
  }

  /** Closes the connection. */
  void cut() {
    if (wire != null) {
      wire.close();
    }
  }

  /** Closes the connection, and ends the writer. */
  void stop() {
    stopped = true;
    cut();
    writable.signal();
  }

  private void writeLoop() {
    Optional<Wire> to = takeAll();
    while (to.isPresent()) {
      try {
        taken.writeTo(to.get().output());
      } catch (IOException e) {
        // The publisher's reader notices too, and it is that which connects again.
        to.get().close();
      }
      to = takeAll();
    }
  }

  /** Waits for something to write, and takes it: it is in {@code taken} then. */
  private Optional<Wire> takeAll() {
    lock.lock();
    try {
      taken.clear();
      writing = false;
      progress.signalAll();
      while (!stopped) {
        Wire to = wire;
        if (to == null || gathering.size() == 0) {
          awaitPackets(to);
        } else if (gatherMore() && to == wire) {
          Bytes all = gathering;
          gathering = taken;
          taken = all;
          hurry = false;
          writing = true;
          return Optional.of(to);
        }
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a change; after a long time without one, lets the broker know we are there. */
  private void awaitPackets(@Nullable Wire idle) throws InterruptedException {
    long left = TimeUnit.SECONDS.toNanos(idle == null ? LONG_SECONDS : idle.pingSeconds());
    while (left > 0 && idle == wire && (idle == null || gathering.size() == 0) && !stopped) {
      left = writable.awaitNanos(left);
    }
    if (left <= 0 && idle != null) {
      gathering.put(Packets.empty(PacketType.PINGREQ));
    }
  }

  /** Waits a little for more to write; false when there is nothing to be written any more. */
  private boolean gatherMore() throws InterruptedException {
    long left = LINGER_NANOS;
    while (!hurry && left > 0 && !stopped) {
      left = writable.awaitNanos(left);
    }
    return !stopped;
  }
}
