// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A broker that only sends, faster than any receiver takes: the load for measuring one. A client
 * that connects and subscribes, to whatever filter, gets the messages of each {@link #send}; at QoS
 * 1 and 2 never more of them unacknowledged than its Receive Maximum.
 *
 * <p>Every acknowledgement is checked: once for each message, of the right type, in the order of
 * sending. A wrong one fails the {@link #send}. Payloads of 8 bytes or more are {@link
 * NumberedMessages} of a publisher with the number of the connection, from 0. Thread-safe.
 */
public final class Firehose implements AutoCloseable {

  private static final int SEND_BUFFER_BYTES = 4 << 20;
  private static final String TOPIC = "firehose/%06d";

  /**
   * What is sent.
   *
   * @param qos 0, 1 or 2
   * @param payloadBytes bytes of each payload
   * @param topics how many topics take turns: {@code firehose/000000} and so on
   */
  public record Load(int qos, int payloadBytes, int topics) {
    /** Checks the values. */
    public Load {
      if (qos < 0 || qos > 2 || payloadBytes < 0 || topics < 1 || topics > 1_000_000) {
        throw new IllegalArgumentException(
            "QoS %d, %d bytes, %d topics; accepted are 0 to 2, 0 or more, 1 to 1000000"
                .formatted(qos, payloadBytes, topics));
      }
    }
  }

  /**
   * What one {@link Firehose#send} has measured.
   *
   * @param messages messages sent, to all connections together
   * @param bytes bytes of their packets
   * @param duration from the call until the last acknowledgement; at QoS 0, until the last write
   */
  public record Report(long messages, long bytes, Duration duration) {
    /** Messages per second. */
    public double messagesPerSecond() {
      return messages * 1e9 / duration.toNanos();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d messages (%,d bytes) in %d ms: %,.0f messages/s",
          messages,
          bytes,
          duration.toMillis(),
          messagesPerSecond());
    }
  }

  private final Load load;
  private final String[] topics;
  private final Scheme scheme;
  private final @Nullable SSLSocketFactory tls;
  private final ServerSocketChannel server;
  private final Thread acceptor;

  /** Guarded by this, and so is waiting for what happens in them. */
  private final List<FirehoseLane> lanes = new ArrayList<>();

  private Firehose(Load load, Scheme scheme, @Nullable SSLContext tls) {
    this.load = load;
    this.scheme = scheme;
    this.tls = tls == null ? null : tls.getSocketFactory();
    this.topics =
        IntStream.range(0, load.topics()).mapToObj(TOPIC::formatted).toArray(String[]::new);
    try {
      server = ServerSocketChannel.open();
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    acceptor = new Thread(this::acceptLoop, "firehose-acceptor");
    acceptor.setDaemon(true);
  }

  /** Starts one on a free port, over TCP. */
  public static Firehose start(Load load) {
    return start(load, Scheme.TCP, null);
  }

  /**
   * Starts one on a free port.
   *
   * @param tls the server's certificate; null for a transport without TLS
   */
  public static Firehose start(Load load, Scheme scheme, @Nullable SSLContext tls) {
    Firehose firehose = new Firehose(load, scheme, tls);
    firehose.acceptor.start();
    return firehose;
  }

  /** Where it listens: {@code tcp://127.0.0.1:port}, or the same with another transport. */
  public String url() {
    return scheme.url(server.socket().getLocalPort());
  }

  /** Waits until that many clients are connected and have subscribed. */
  public void awaitSubscribed(int clients, Duration deadline) {
    Await.value(
        clients + " subscribed clients, each at its " + load,
        deadline,
        () -> subscribed().size(),
        subscribed -> subscribed >= clients);
  }

  /**
   * Sends to every subscribed client, and waits until all of it is acknowledged.
   *
   * @param messages how many, to each client
   * @throws IllegalStateException if nobody is subscribed, a client is lost or acknowledges
   *     wrongly, or the deadline passes
   */
  public Report send(long messages, Duration deadline) {
    List<FirehoseLane> to = subscribed();
    if (to.isEmpty()) {
      throw new IllegalStateException("Nobody is subscribed: " + describe());
    }
    long begin = System.nanoTime();
    to.forEach(lane -> lane.sendUntil(lane.completed() + messages));
    awaitDone(to, begin + deadline.toNanos());
    long end = to.stream().mapToLong(FirehoseLane::completedAtNanos).max().orElseThrow();
    long sent = messages * to.size();
    return new Report(sent, sent * to.get(0).frameBytes(), Duration.ofNanos(end - begin));
  }

  /** Messages completely acknowledged so far, at QoS 0 written, of all clients together. */
  public synchronized long acknowledged() {
    return lanes.stream().mapToLong(FirehoseLane::completed).sum();
  }

  private synchronized void awaitDone(List<FirehoseLane> to, long until) {
    try {
      while (!to.stream().allMatch(FirehoseLane::isDone)) {
        long millis = (until - System.nanoTime()) / 1_000_000;
        boolean lost = to.stream().anyMatch(lane -> !lane.isDone() && !lane.end().isEmpty());
        if (millis <= 0 || lost) {
          throw new IllegalStateException(
              (lost ? "A client was lost" : "Not acknowledged in time") + ": " + describe());
        }
        wait(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted: " + describe(), e);
    }
  }

  private synchronized List<FirehoseLane> subscribed() {
    return lanes.stream().filter(lane -> lane.isSubscribed() && lane.end().isEmpty()).toList();
  }

  private synchronized String describe() {
    return lanes.toString();
  }

  private synchronized void changed() {
    notifyAll();
  }

  private FramePattern pattern() {
    return new FramePattern(topics, load.payloadBytes(), load.qos());
  }

  private void acceptLoop() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        synchronized (this) {
          FirehoseLane lane =
              new FirehoseLane(lanes.size(), over(channel), pattern(), load.qos(), this::changed);
          lanes.add(lane);
          lane.start();
        }
      }
    } catch (IOException closed) {
      // close() is what ends this; without a listener no client can come, which they will say.
    }
  }

  private ByteChannel over(SocketChannel channel) {
    return scheme == Scheme.TCP
        ? channel
        : new ServerChannel(channel.socket(), scheme.tls() ? tls : null, scheme.webSocket());
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<FirehoseLane> all;
    synchronized (this) {
      all = List.copyOf(lanes);
    }
    all.forEach(FirehoseLane::close);
  }
}
