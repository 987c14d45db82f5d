// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a connection to its end: the data plane's stream, which takes the messages. What that
 * stream returns is for Paho, which has a stream of its own here. Paho's threads live as long as
 * that stream, and so they end when {@link #letPahoGo Paho has done its part}: a member has two
 * threads, this one and its receiver.
 *
 * <p>Thread-safe.
 */
final class WireThread {

  private static final Logger LOG = LoggerFactory.getLogger(WireThread.class);

  /** The data plane returns CONNACK and no more. */
  private static final int PIECE = 256;

  private final InputStream inbound;
  private final Consumer<Throwable> ended;
  private final Thread thread;
  private final InputStream pahos = new ForPaho();

  // Guarded by this.
  private byte[] unread = new byte[0];
  private boolean isOver;
  private @Nullable Throwable cause;

  /**
   * @param inbound the data plane's stream
   * @param ended told why the connection is over
   */
  WireThread(String clientId, InputStream inbound, Consumer<Throwable> ended) {
    this.inbound = inbound;
    this.ended = ended;
    this.thread = new Thread(this::readAll, "mqtt-wire-" + clientId);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What Paho reads. */
  InputStream forPaho() {
    return pahos;
  }

  /** Ends Paho's stream. The connection goes on without Paho. */
  synchronized void letPahoGo() {
    isOver = true;
    notifyAll();
  }

  /** Waits for the thread's end, once the connection is closed. */
  void join(Duration limit) {
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(limit.toMillis());
      if (thread.isAlive()) {
        LOG.warn("{} still reads from a connection that is closed", thread.getName());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readAll() {
    byte[] piece = new byte[PIECE];
    try {
      for (int count = inbound.read(piece); count >= 0; count = inbound.read(piece)) {
        give(piece, count);
      }
      over(new EOFException("the broker closed the connection"));
    } catch (IOException | RuntimeException | Error e) {
      over(e);
    }
  }

  private synchronized void give(byte[] piece, int count) {
    if (!isOver) {
      int before = unread.length;
      unread = Arrays.copyOf(unread, before + count);
      System.arraycopy(piece, 0, unread, before, count);
      notifyAll();
    }
  }

  private void over(Throwable why) {
    ended.accept(why);
    synchronized (this) {
      cause = why;
      isOver = true;
      notifyAll();
    }
  }

  /** Returns 0 when all is over. */
  private synchronized int take(byte[] target, int offset, int length) throws IOException {
    try {
      while (unread.length == 0 && !isOver) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    int count = Math.min(length, unread.length);
    System.arraycopy(unread, 0, target, offset, count);
    unread = Arrays.copyOfRange(unread, count, unread.length);
    return count;
  }

  private final class ForPaho extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int count = take(target, offset, length);
      if (count > 0) {
        return count;
      }
      Throwable why = cause();
      if (why != null) {
        throw why instanceof IOException known ? known : new IOException(why);
      }
      return -1;
    }
  }

  private synchronized @Nullable Throwable cause() {
    return cause;
  }
}
