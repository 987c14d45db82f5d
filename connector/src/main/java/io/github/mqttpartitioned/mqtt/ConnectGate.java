// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.network.InputFilter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the end of a connection from Paho until Paho sends CONNECT. Paho's thread that connects
 * waits without a limit to see its receiver at work, and never sees one that has ended already. So
 * neither the end of the stream nor the end of the session comes earlier.
 *
 * <p>Thread-safe.
 */
final class ConnectGate {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectGate.class);

  /** Paho's threads have started within this time. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final String clientId;

  /** At 0 once the first packet, CONNECT, is sent. */
  private final CountDownLatch sending = new CountDownLatch(1);

  /** Paho's thread that has sent CONNECT. */
  private volatile @Nullable Thread sender;

  // Guarded by this.
  private boolean open;
  private boolean closing;

  /**
   * @param clientId for the log
   */
  ConnectGate(String clientId) {
    this.clientId = clientId;
  }

  /**
   * The transport stands, and Paho goes on to CONNECT.
   *
   * @throws IOException if the session is closed already
   */
  synchronized void open() throws IOException {
    if (closing) {
      throw new IOException("the session is closed");
    }
    open = true;
  }

  /**
   * From now on {@link #open} fails.
   *
   * @return whether it was open: then CONNECT has to be waited for
   */
  synchronized boolean close() {
    closing = true;
    return open;
  }

  /** Waits until CONNECT is sent; there is a time limit. */
  void awaitConnect() {
    try {
      if (!sending.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        LOG.debug("{} has not sent CONNECT", clientId);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Paho's thread that has sent CONNECT, which sends what Paho sends; null if none has. */
  @Nullable Thread sender() {
    return sender;
  }

  /** The same stream; its end comes after CONNECT. */
  InputStream held(InputStream in) {
    return new Held(in);
  }

  /** The same stream; its first packet is CONNECT. */
  OutputStream watched(OutputStream out) {
    return new Watched(out);
  }

  private final class Held extends InputFilter {

    Held(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = -1;
      try {
        count = in.read(target, offset, length);
      } finally {
        if (count < 0) {
          awaitConnect();
        }
      }
      return count;
    }
  }

  private final class Watched extends FilterOutputStream {

    Watched(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (sender == null) {
        sender = Thread.currentThread();
        sending.countDown();
      }
      out.write(bytes, offset, length);
    }
  }
}
