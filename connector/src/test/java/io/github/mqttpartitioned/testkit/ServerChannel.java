// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection over TLS, a WebSocket or both, as a channel of MQTT's bytes. The
 * first read does the handshakes, and writes wait for them. One thread reads, one thread writes.
 */
final class ServerChannel implements ByteChannel {

  /** Large frames, as a broker with much to send makes them. */
  private static final int PIECE = 64 << 10;

  private static final int CONTENT_MASK = 0x7F;

  private final Socket socket;
  private final @Nullable SSLSocketFactory tls;
  private final boolean isWebSocket;
  private final CountDownLatch shaken = new CountDownLatch(1);
  private final byte[] written = new byte[PIECE];
  private final byte[] read = new byte[PIECE];
  private volatile @Nullable Socket secured;

  // Set before the latch opens.
  private DataInputStream in = new DataInputStream(InputStream.nullInputStream());
  private OutputStream out = OutputStream.nullOutputStream();

  // The frame that is being read. Confined to the reader.
  private final byte[] mask = new byte[4];
  private long left;
  private int masked;

  /**
   * @param tls null for a connection without TLS
   */
  ServerChannel(Socket socket, @Nullable SSLSocketFactory tls, boolean isWebSocket) {
    this.socket = socket;
    this.tls = tls;
    this.isWebSocket = isWebSocket;
  }

  private void shake() throws IOException {
    Socket connection = socket;
    if (tls != null) {
      SSLSocket layered = (SSLSocket) tls.createSocket(socket, null, socket.getPort(), true);
      layered.setUseClientMode(false);
      layered.startHandshake();
      connection = layered;
    }
    secured = connection;
    in = new DataInputStream(connection.getInputStream());
    out = connection.getOutputStream();
    if (isWebSocket && WebSocketServer.shake(in, out).isEmpty()) {
      throw new EOFException("the client left within the handshake");
    }
    shaken.countDown();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (secured == null) {
      shake();
    }
    int most = Math.min(PIECE, target.remaining());
    if (isWebSocket) {
      while (left == 0) {
        beginFrame();
      }
      most = (int) Math.min(most, left);
    }
    int count = in.read(read, 0, most);
    if (count > 0 && isWebSocket) {
      for (int i = 0; i < count; i++) {
        read[i] ^= mask[masked++ & 3];
      }
      left -= count;
    }
    if (count > 0) {
      target.put(read, 0, count);
    }
    return count;
  }

  /** A client's frames have a mask; their ends do not matter. */
  private void beginFrame() throws IOException {
    int first = in.readUnsignedByte();
    if ((first & 0x0F) == Gateway.CLOSE) {
      throw new EOFException("the client closed the WebSocket");
    }
    int length = in.readUnsignedByte() & CONTENT_MASK;
    left =
        switch (length) {
          case 126 -> in.readUnsignedShort();
          case 127 -> in.readLong();
          default -> length;
        };
    in.readFully(mask);
    masked = 0;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    try {
      shaken.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    int total = source.remaining();
    while (source.hasRemaining()) {
      int head = isWebSocket ? 4 : 0;
      int count = Math.min(PIECE - head, source.remaining());
      if (isWebSocket) {
        written[0] = (byte) (Gateway.FIN | Gateway.BINARY);
        written[1] = 126;
        written[2] = (byte) (count >>> 8);
        written[3] = (byte) count;
      }
      source.get(written, head, count);
      out.write(written, 0, head + count);
    }
    out.flush();
    return total;
  }

  @Override
  public boolean isOpen() {
    return !socket.isClosed();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    // A writer that waits for a handshake finds the socket closed.
    shaken.countDown();
  }
}
