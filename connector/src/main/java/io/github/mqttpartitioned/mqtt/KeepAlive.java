// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.network.InputFilter;
import io.github.mqttpartitioned.mqtt.packet.PacketWriter;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one connection alive (section 3.1.2.10), and finds out when the other end is gone. It sends
 * PINGREQ when for three quarters of the interval nothing was sent, or nothing has arrived. Any
 * byte from the broker is a sign of life, not PINGRESP alone. The broker is gone when a whole
 * interval after PINGREQ has brought none. A PINGREQ that waits behind a large packet counts from
 * when the last bytes of that packet left. While this side does not read, because the store is
 * behind, a silence says nothing.
 *
 * <p>Thread-safe. All connections of a JVM share one timer, which never waits for a connection.
 */
final class KeepAlive implements AutoCloseable {

  private static final ScheduledExecutorService TIMER = timer();

  /** A write may wait for its broker, so none takes place on the timer. */
  private static final Executor SENDERS = Executors.newCachedThreadPool(daemons("mqtt-ping"));

  /** How often an interval is looked at. */
  private static final int LOOKS = 8;

  private static final long NOT_READING = 0;
  private static final long NOT_ASKED = 0;

  private final Consumer<IOException> gone;
  private final AtomicBoolean sending = new AtomicBoolean();
  private long interval;
  private @Nullable PacketWriter writer;
  private @Nullable Future<?> looks;
  private boolean closed;

  /** Since when a thread has waited for the broker, or {@link #NOT_READING}. */
  private volatile long readingSince = NOT_READING;

  private volatile long arrivedAt = System.nanoTime();

  /** When the PINGREQ was made or sent that nothing has followed, or {@link #NOT_ASKED}. */
  private long askedAt = NOT_ASKED;

  /** Whether that PINGREQ is not sent yet. */
  private boolean waiting;

  /**
   * @param gone told once that the other end is gone
   */
  KeepAlive(Consumer<IOException> gone) {
    this.gone = gone;
  }

  /** Its thread ends a second after the last connection. */
  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, daemons("mqtt-keep-alive"));
    timer.setRemoveOnCancelPolicy(true);
    timer.setKeepAliveTime(1, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    return timer;
  }

  private static ThreadFactory daemons(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** The same stream, with each read noticed. */
  InputStream watched(InputStream in) {
    return new Watched(in);
  }

  /**
   * Begins, once the broker has accepted the connection.
   *
   * @param own the Keep Alive of CONNECT
   * @param server Server Keep Alive of CONNACK in seconds, which counts instead ([MQTT-3.1.2-21]);
   *     0 if the broker watches nothing, null if it has none
   */
  synchronized void start(PacketWriter target, Duration own, @Nullable Integer server) {
    if (closed) {
      return;
    }
    Duration shorter =
        server == null || server == 0 || server > own.toSeconds()
            ? own
            : Duration.ofSeconds(server);
    interval = shorter.toNanos();
    writer = target;
    arrivedAt = System.nanoTime();
    looks =
        TIMER.scheduleWithFixedDelay(
            this::look, interval / LOOKS, interval / LOOKS, TimeUnit.NANOSECONDS);
  }

  private synchronized void look() {
    PacketWriter target = writer;
    if (closed || target == null) {
      return;
    }
    long now = System.nanoTime();
    long reading = readingSince;
    long silent = reading == NOT_READING ? 0 : now - reading;
    if (askedAt != NOT_ASKED && arrivedAt - askedAt > 0) {
      askedAt = NOT_ASKED;
    }
    if (askedAt != NOT_ASKED && Math.min(silent, unanswered(target, now)) >= interval) {
      close();
      SENDERS.execute(() -> gone.accept(silence()));
    } else if (now - target.sentAt() >= interval / 4 * 3
        || (askedAt == NOT_ASKED && silent >= interval / 4 * 3)) {
      if (askedAt == NOT_ASKED) {
        askedAt = now;
        waiting = true;
      }
      ping(target);
    }
  }

  /** For how long the broker could have answered, but has not. */
  private long unanswered(PacketWriter target, long now) {
    long asked = now - askedAt;
    return waiting ? Math.min(asked, now - target.sentAt()) : asked;
  }

  /**
   * @param turn when PINGREQ began to be sent: its answer arrives later, however late this thread
   *     says so
   */
  private synchronized void pinged(long turn) {
    if (waiting && askedAt != NOT_ASKED) {
      askedAt = turn;
    }
    waiting = false;
  }

  private IOException silence() {
    return new SocketTimeoutException(
        "nothing has come from the broker for %d s, although PINGREQ was sent"
            .formatted(TimeUnit.NANOSECONDS.toSeconds(interval)));
  }

  private void ping(PacketWriter target) {
    if (sending.compareAndSet(false, true)) {
      SENDERS.execute(
          () -> {
            try {
              pinged(target.ping());
            } catch (IOException e) {
              gone.accept(e);
            } finally {
              sending.set(false);
            }
          });
    }
  }

  /** Ends it. */
  @Override
  public synchronized void close() {
    closed = true;
    if (looks != null) {
      looks.cancel(false);
    }
  }

  private final class Watched extends InputFilter {

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      readingSince = System.nanoTime() | 1;
      try {
        return in.read(target, offset, length);
      } finally {
        readingSince = NOT_READING;
        arrivedAt = System.nanoTime();
      }
    }
  }
}
