// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.Backoff;
import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.mqtt.credentials.ProviderClass;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One MQTT session that publishes: a thread that connects, writes what the {@link Outbox} holds,
 * connects again when a connection is lost, as {@link Reconnection} says, and sends again what was
 * not confirmed.
 *
 * <p>It serves one writer at a time. The methods are thread-safe.
 */
public final class Sender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

  /** How long the broker may take to end a connection after DISCONNECT. */
  private static final Duration LEAVE = Duration.ofSeconds(2);

  private final SinkSettings settings;
  private final String clientId;
  private final EntryPoints entryPoints;
  private final ClientCredentials credentials;
  private final Outbox outbox;
  private final Thread thread;

  /** With the URL that it is connected to, or tries. */
  private volatile SenderName name;

  // Guarded by this.
  private boolean busy;
  private boolean ready;
  private boolean over;
  private boolean closing;

  private Sender(SinkSettings settings, EntryPoints entryPoints, String clientId) {
    this.settings = settings;
    this.entryPoints = entryPoints;
    this.clientId = clientId;
    this.name = new SenderName(clientId, entryPoints.current());
    // A task begins the sender.
    ProviderClass.rememberLoader();
    this.credentials =
        new ClientCredentials(
            settings.credentials(), entryPoints.current(), clientId, settings.connectTimeout());
    this.outbox =
        new Outbox(name, settings.maxInFlight(), settings.linger(), settings.connectTimeout());
    this.thread = new Thread(this::run, "mqtt-sender-" + clientId);
    thread.setDaemon(true);
    thread.setContextClassLoader(Sender.class.getClassLoader());
  }

  /** Starts to connect. */
  static Sender start(SinkSettings settings, EntryPoints entryPoints, String clientId) {
    Sender sender = new Sender(settings, entryPoints, clientId);
    sender.busy = true;
    sender.thread.start();
    return sender;
  }

  /**
   * Where a task puts its messages. Waits until the sender is connected for the first time.
   *
   * @param partition number of the task in its batch, for errors
   * @throws SinkException if it cannot connect
   */
  public Outbox begin(int partition, SenderListener listener) throws InterruptedException {
    synchronized (this) {
      while (!ready && !over) {
        wait();
      }
    }
    outbox.begin(partition, listener);
    return outbox;
  }

  /** Takes the sender for a task; false if it cannot serve another one. */
  synchronized boolean take() {
    busy = !over && !closing && !outbox.hasFailed();
    return busy;
  }

  /** The task has ended, and all of its messages are confirmed. */
  synchronized void release() {
    busy = false;
  }

  /** Ends if no task needs the sender; no task can take it from then on. */
  private synchronized boolean endsUnneeded() {
    over |= !busy || closing;
    return over;
  }

  private synchronized boolean isClosing() {
    return closing;
  }

  private void run() {
    try {
      connectAndWrite();
    } catch (RuntimeException | Error e) {
      outbox.fail(e instanceof SinkException sink ? sink : SinkException.broken(name, e));
    } catch (InterruptedException e) {
      outbox.fail(SinkException.broken(name, e));
      Thread.currentThread().interrupt();
    } finally {
      outbox.fail(SinkException.broken(name, new IllegalStateException("the sender is closed")));
      synchronized (this) {
        over = true;
        notifyAll();
      }
    }
  }

  /**
   * Returns when the sender is closed, when its writer has failed, or when its connection is lost
   * and nobody needs it.
   */
  private void connectAndWrite() throws InterruptedException {
    Reconnection reconnection =
        new Reconnection(settings, entryPoints, new Backoff(new SplittableRandom()));
    while (!isClosing()) {
      name = new SenderName(clientId, entryPoints.current());
      SinkException lost = live(reconnection);
      if (lost == null) {
        return;
      }
      if (endsUnneeded()) {
        LOG.debug("{} ends, as its connection is lost and no task needs it", name, lost);
        return;
      }
      Duration wait = reconnection.waitAfter(lost);
      LOG.warn(
          "{} connects again, to {}, in {} ms: {}",
          name,
          entryPoints.current(),
          wait.toMillis(),
          lost.getMessage());
      pause(wait);
    }
  }

  /**
   * Makes a connection and stays with it.
   *
   * @return why it ended; null if the sender has left because it is closed, or its writer failed
   */
  private @Nullable SinkException live(Reconnection reconnection) throws InterruptedException {
    SenderConnection ended;
    try (SenderConnection connection =
        new SenderConnection(
            name, settings.connection(name.broker(), clientId), credentials, outbox)) {
      ended = connection;
      boolean first = !reconnection.connectedOnce();
      connection.open(first);
      reconnection.connected();
      connected(first);
      connection.writeAll();
      if (isClosing() || outbox.hasFailed()) {
        connection.leave(LEAVE);
        return null;
      }
      reconnection.disconnected(!outbox.isStuck());
    } catch (SinkException e) {
      return e;
    } catch (IOException e) {
      throw SinkException.broken(name, e);
    }
    // Everything has been read by now: a write may have failed before DISCONNECT was.
    return ended.cause();
  }

  private synchronized void connected(boolean first) {
    if (first) {
      LOG.info("{} is connected", name);
    }
    ready = true;
    notifyAll();
  }

  private synchronized void pause(Duration time) throws InterruptedException {
    long until = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0 && !closing; left = until - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** Ends the session and the thread. It does not wait for confirmations. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    outbox.stop();
  }

  /** Waits for the end of the thread. */
  void awaitEnd(Duration patience) throws InterruptedException {
    TimeUnit.MILLISECONDS.timedJoin(thread, patience.toMillis());
  }

  synchronized boolean isOver() {
    return over;
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
