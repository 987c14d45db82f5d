// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The senders of one JVM. A task borrows one that has its settings and its broker, or gets a new
 * one; a sender that comes back serves the next task, and is closed when none comes. At the end of
 * the JVM all are closed. Thread-safe.
 */
public final class SenderPool {

  private static final Logger LOG = LoggerFactory.getLogger(SenderPool.class);

  /** How long a sender waits for the next task. */
  static final Duration IDLE = Duration.ofMinutes(1);

  private static final Duration END = Duration.ofSeconds(3);

  private static final SenderPool OF_THIS_JVM = new SenderPool(IDLE, true);

  private final Duration idle;

  // Guarded by this.
  private final List<Entry> entries = new ArrayList<>();
  private boolean sweeping;

  /** A sender, and which tasks it fits. */
  private static final class Entry {
    final SinkSettings settings;
    final List<BrokerUrl> urls;
    final int number;
    final Sender sender;
    boolean lent = true;
    long idleSince;

    Entry(SinkSettings settings, List<BrokerUrl> urls, int number, Sender sender) {
      this.settings = settings;
      this.urls = urls;
      this.number = number;
      this.sender = sender;
    }

    boolean fits(SinkSettings wanted, List<BrokerUrl> at) {
      return settings.equals(wanted) && urls.equals(at);
    }
  }

  SenderPool(Duration idle, boolean closeAtEnd) {
    this.idle = idle;
    if (closeAtEnd) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::close, "mqtt-senders-end"));
    }
  }

  /** The pool of this JVM. */
  public static SenderPool ofThisJvm() {
    return OF_THIS_JVM;
  }

  /**
   * Borrows a sender. It goes back with {@link #giveBack} or {@link #discard}.
   *
   * @param partition number of the task in its batch: says which broker it publishes to
   * @param executor id of the executor, for client identifiers
   */
  public synchronized Sender borrow(SinkSettings settings, int partition, String executor) {
    List<BrokerUrl> urls = settings.urlsOf(partition);
    entries.removeIf(entry -> !entry.lent && entry.sender.isOver());
    for (Entry entry : entries) {
      if (!entry.lent && entry.fits(settings, urls) && entry.sender.take()) {
        entry.lent = true;
        return entry.sender;
      }
    }
    int number = freeNumber(settings);
    String clientId = "%s-%s-%d".formatted(settings.clientIdPrefix(), executor, number);
    Sender sender = Sender.start(settings, settings.entryPoints(partition), clientId);
    entries.add(new Entry(settings, urls, number, sender));
    return sender;
  }

  /** The lowest number that no sender with the same prefix has: client identifiers stay few. */
  private int freeNumber(SinkSettings settings) {
    int number = 0;
    while (isTaken(settings.clientIdPrefix(), number)) {
      number++;
    }
    return number;
  }

  private boolean isTaken(String prefix, int number) {
    return entries.stream()
        .anyMatch(
            entry -> entry.number == number && entry.settings.clientIdPrefix().equals(prefix));
  }

  /** Gives a sender back whose messages are all confirmed. */
  public synchronized void giveBack(Sender sender) {
    sender.release();
    for (Entry entry : entries) {
      if (entry.sender == sender) {
        entry.lent = false;
        entry.idleSince = System.nanoTime();
      }
    }
    startSweep();
  }

  /** Gives up a sender that still has messages, or that failed. They are not sent again. */
  public void discard(Sender sender) {
    sender.close();
    synchronized (this) {
      for (Entry entry : entries) {
        if (entry.sender == sender) {
          // Its number is free when its thread has ended.
          entry.lent = false;
          entry.idleSince = System.nanoTime();
        }
      }
      startSweep();
    }
  }

  private void startSweep() {
    if (!sweeping) {
      sweeping = true;
      Thread thread = new Thread(this::sweep, "mqtt-senders-idle");
      thread.setDaemon(true);
      thread.setContextClassLoader(SenderPool.class.getClassLoader());
      thread.start();
    }
  }

  /** Closes idle senders, until there are none. */
  private synchronized void sweep() {
    try {
      while (!entries.isEmpty()) {
        TimeUnit.MILLISECONDS.timedWait(this, Math.max(1, idle.toMillis() / 4));
        long now = System.nanoTime();
        for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
          Entry entry = all.next();
          if (!entry.lent && entry.sender.isOver()) {
            all.remove();
          } else if (!entry.lent && now - entry.idleSince >= idle.toNanos()) {
            LOG.debug("{} is closed, as no task has needed it for {}", entry.sender, idle);
            entry.sender.close();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sweeping = false;
    }
  }

  /** Senders that are connected or connecting, for tests. */
  synchronized int size() {
    entries.removeIf(entry -> !entry.lent && entry.sender.isOver());
    return entries.size();
  }

  /** Closes all senders, and waits a little for their DISCONNECT. */
  void close() {
    List<Sender> all;
    synchronized (this) {
      all = entries.stream().map(entry -> entry.sender).toList();
    }
    all.forEach(Sender::close);
    long until = System.nanoTime() + END.toNanos();
    try {
      for (Sender sender : all) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        sender.awaitEnd(Duration.ofMillis(Math.max(1, left)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
