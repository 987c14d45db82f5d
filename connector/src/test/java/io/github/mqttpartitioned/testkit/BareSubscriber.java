// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The fastest subscriber there can be, to compare others with: reads in bulk, looks at no more than
 * the packet ids, and acknowledges all of one read in one write. It keeps nothing but what it is
 * told to keep, reconnects never and knows no redelivery. One thread does all the work; the methods
 * are thread-safe.
 */
public final class BareSubscriber implements AutoCloseable {

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  /** Room for the acknowledgements of all that one read can bring. */
  private static final int OUT_BYTES = 4 << 20;

  /** About as much as the connector commits at a time when it has got more than it can take. */
  private static final int COMMIT_BYTES = 2 << 20;

  private static final int SUBSCRIBE_ID = 1;

  /** Keeps packets: they are acknowledged when it returns. */
  public interface Keeper {
    /** Takes the packets of one read, from the buffer's position to its limit. */
    void keep(ByteBuffer packets) throws IOException;
  }

  private final String clientId;
  private final SocketChannel channel;
  private final @Nullable Keeper keeper;
  private final Thread reader;

  // Confined to the reader.
  private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
  private long count;
  private long countBytes;

  private volatile long received;
  private volatile long receivedBytes;
  private volatile boolean subscribed;
  private volatile String failure = "";
  private volatile boolean closing;

  private BareSubscriber(SocketChannel channel, String clientId, @Nullable Keeper keeper) {
    this.channel = channel;
    this.clientId = clientId;
    this.keeper = keeper;
    this.reader = new Thread(this::readLoop, clientId + "-reader");
    reader.setDaemon(true);
  }

  /**
   * Connects with a new session, subscribes and begins to read.
   *
   * @param receiveMaximum 1 to 65535
   */
  public static BareSubscriber subscribe(
      String url, String clientId, String filter, int qos, int receiveMaximum) {
    return subscribe(url, clientId, filter, qos, receiveMaximum, null);
  }

  /**
   * The same, which acknowledges only what is kept.
   *
   * @param keeper called by the thread that reads; null if nothing is to be kept
   */
  public static BareSubscriber subscribe(
      String url,
      String clientId,
      String filter,
      int qos,
      int receiveMaximum,
      @Nullable Keeper keeper) {
    try {
      URI uri = URI.create(url);
      SocketChannel channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
      BareSubscriber subscriber = new BareSubscriber(channel, clientId, keeper);
      MqttProperties properties =
          MqttProperties.NONE.with(Property.RECEIVE_MAXIMUM, receiveMaximum);
      subscriber.out.put(Packets.connect(clientId, true, 0, properties, null, null));
      subscriber.out.put(Packets.subscribe(SUBSCRIBE_ID, qos, filter));
      subscriber.flush();
      subscriber.reader.start();
      Await.until(
          clientId + " to be subscribed",
          DEADLINE,
          () -> subscriber.subscribed || !subscriber.failure.isEmpty());
      subscriber.throwFailure();
      return subscriber;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot connect to " + url, e);
    }
  }

  /** Messages received so far. */
  public long received() {
    throwFailure();
    return received;
  }

  /** Bytes of all PUBLISH packets received so far. */
  public long receivedBytes() {
    return receivedBytes;
  }

  private void throwFailure() {
    if (!failure.isEmpty()) {
      throw new IllegalStateException(clientId + ": " + failure);
    }
  }

  @Override
  public void close() {
    closing = true;
    closeChannel();
    try {
      reader.join(DEADLINE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (reader.isAlive()) {
      throw new IllegalStateException(clientId + " still reads");
    }
  }

  private void closeChannel() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void readLoop() {
    try {
      FrameScanner scanner =
          keeper == null
              ? new FrameScanner(channel, new Frames())
              : new FrameScanner(channel, new Frames(), COMMIT_BYTES);
      while (scanner.readOnce()) {
        received = count;
        receivedBytes = countBytes;
        flush();
      }
      throw new IOException("the broker closed the connection");
    } catch (IOException | RuntimeException e) {
      if (!closing) {
        failure = String.valueOf(e.getMessage());
        closeChannel();
      }
    }
  }

  private final class Frames implements FrameScanner.Handler {
    @Override
    public void frame(ByteBuffer buffer, int firstByte, int from, int until) throws IOException {
      switch (PacketType.of(firstByte)) {
        case PUBLISH -> {
          count++;
          countBytes += until - from;
          int qos = firstByte >>> 1 & 3;
          if (qos > 0) {
            int id = from + 2 + (buffer.getShort(from) & 0xFFFF);
            acknowledge(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC, buffer.getShort(id));
          }
        }
        case PUBREL -> acknowledge(PacketType.PUBCOMP, buffer.getShort(from));
        case CONNACK -> require("CONNACK with success", buffer.get(from + 1) == 0);
        case SUBACK -> {
          require("SUBACK with success", buffer.get(until - 1) >= 0);
          subscribed = true;
        }
        default -> throw new IOException("unexpected " + PacketType.of(firstByte));
      }
    }

    @Override
    public void frames(ByteBuffer packets) throws IOException {
      if (keeper != null && packets.hasRemaining()) {
        keeper.keep(packets);
      }
    }
  }

  private static void require(String what, boolean success) throws IOException {
    if (!success) {
      throw new IOException("expected " + what);
    }
  }

  private void acknowledge(PacketType type, short packetId) throws IOException {
    if (out.remaining() < Integer.BYTES) {
      require("room for the acknowledgements of one read", keeper == null);
      flush();
    }
    out.putInt((type.firstByte() << 8 | 2) << 16 | (packetId & 0xFFFF));
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }
}
