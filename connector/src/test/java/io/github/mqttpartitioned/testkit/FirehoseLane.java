// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.Packet.Subscribe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * One client's connection to a {@link Firehose}.
 *
 * <p>Two threads: the sender alone writes, and sends as long as {@code completed} leaves room in
 * the client's window; the reader alone reads, and moves {@code received} and {@code completed}
 * forward. Each of the counters has one writer, and a message has the same number in all of them.
 * Since acknowledgements must come in the order of sending, the messages in flight are always the
 * range {@code [completed, issued)}, and as that is never longer than 65535, no packet id is in use
 * twice.
 */
final class FirehoseLane {

  private static final int ACKNOWLEDGEMENT_BYTES = 4;
  private static final int RELEASES = 16 << 10;
  private static final int FIRST_ERROR_REASON = 0x80;

  private final int number;
  private final int qos;
  private final ByteChannel channel;
  private final FramePattern pattern;
  private final Runnable changed;
  private final Thread sender;
  private final Thread reader;

  /** Answers to CONNECT, SUBSCRIBE and PINGREQ, from the reader to the sender. */
  private final Queue<byte[]> answers = new ConcurrentLinkedQueue<>();

  private final ByteBuffer releases = ByteBuffer.allocateDirect(RELEASES * ACKNOWLEDGEMENT_BYTES);

  /** Messages to be sent in all; moved by {@link #sendUntil}. */
  private volatile long target;

  /** Messages handed to the socket or about to be. Sender. */
  private volatile long issued;

  /** Messages whose PUBREL is handed to the socket or about to be. Sender; QoS 2. */
  private volatile long released;

  /** Messages whose PUBREC has come. Reader; QoS 2. */
  private volatile long received;

  /** Messages whose last acknowledgement has come; at QoS 0, that are written. */
  private volatile long completed;

  private volatile long completedAtNanos;
  private volatile int window;
  private volatile boolean subscribed;
  private volatile String end = "";

  // The reader's own count within one read, published to the fields above after it.
  private long receivedNow;
  private long completedNow;

  FirehoseLane(int number, ByteChannel channel, FramePattern pattern, int qos, Runnable changed) {
    this.number = number;
    this.channel = channel;
    this.pattern = pattern;
    this.qos = qos;
    this.changed = changed;
    this.sender = new Thread(this::sendLoop, "firehose-" + number + "-sender");
    this.reader = new Thread(this::readLoop, "firehose-" + number + "-reader");
    sender.setDaemon(true);
    reader.setDaemon(true);
  }

  void start() {
    sender.start();
    reader.start();
  }

  /** Sends further messages, up to this number of them since the beginning. */
  void sendUntil(long messages) {
    target = messages;
    LockSupport.unpark(sender);
  }

  /** Bytes of each PUBLISH. */
  int frameBytes() {
    return pattern.frameBytes();
  }

  boolean isSubscribed() {
    return subscribed;
  }

  long completed() {
    return completed;
  }

  boolean isDone() {
    return completed >= target;
  }

  /** When the last acknowledgement came, by {@link System#nanoTime}. */
  long completedAtNanos() {
    return completedAtNanos;
  }

  /** Why the connection is at its end; empty while it is not. */
  String end() {
    return end;
  }

  @Override
  public String toString() {
    return "connection %d: %d of %d messages sent, %d acknowledged%s"
        .formatted(number, issued, target, completed, end.isEmpty() ? "" : ", ended: " + end);
  }

  void close() {
    end("closed");
  }

  private void end(String why) {
    synchronized (this) {
      if (end.isEmpty()) {
        end = why;
      }
    }
    try {
      channel.close();
    } catch (IOException ignored) {
      // A socket that cannot be closed is no more use either.
    }
    LockSupport.unpark(sender);
    changed.run();
  }

  // ---------------------------------------------------------------- the sender

  private void sendLoop() {
    try {
      while (end.isEmpty()) {
        boolean sent = sendAnswers();
        sent |= sendReleases();
        sent |= sendMessages();
        if (!sent) {
          LockSupport.park(this);
        }
      }
    } catch (IOException | RuntimeException e) {
      end("cannot send: " + e);
    }
  }

  private boolean sendAnswers() throws IOException {
    boolean sent = false;
    for (byte[] answer = answers.poll(); answer != null; answer = answers.poll()) {
      write(ByteBuffer.wrap(answer));
      sent = true;
    }
    return sent;
  }

  private boolean sendReleases() throws IOException {
    long first = released;
    int count = (int) Math.min(RELEASES, received - first);
    if (count == 0) {
      return false;
    }
    releases.clear();
    int header = PacketType.PUBREL.firstByte() << 24 | 2 << 16;
    for (int i = 0; i < count; i++) {
      releases.putInt(header | FramePattern.packetId(first + i));
    }
    released = first + count;
    write(releases.flip());
    return true;
  }

  private boolean sendMessages() throws IOException {
    long first = issued;
    long left = target - first;
    long room = qos == 0 ? left : Math.min(left, window - (first - completed));
    if (room <= 0) {
      return false;
    }
    ByteBuffer frames = pattern.prepare(first, room, number);
    issued = first + frames.remaining() / pattern.frameBytes();
    write(frames);
    if (qos == 0) {
      complete(issued);
    }
    return true;
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private void complete(long messages) {
    completedAtNanos = System.nanoTime();
    completed = messages;
    if (messages == target) {
      changed.run();
    }
  }

  // ---------------------------------------------------------------- the reader

  private void readLoop() {
    try {
      FrameScanner scanner = new FrameScanner(channel, this::frame);
      while (scanner.readOnce()) {
        received = receivedNow;
        if (qos > 0 && completedNow > completed) {
          complete(completedNow);
        }
        LockSupport.unpark(sender);
      }
      end("the client closed the connection");
    } catch (IOException | RuntimeException e) {
      end("cannot read: " + e);
    }
  }

  private void frame(ByteBuffer buffer, int firstByte, int from, int until) throws IOException {
    PacketType type = PacketType.of(firstByte);
    switch (type) {
      case PUBACK -> {
        check(qos == 1, type, buffer, from, until, completedNow, issued);
        completedNow++;
      }
      case PUBREC -> {
        check(qos == 2, type, buffer, from, until, receivedNow, issued);
        receivedNow++;
      }
      case PUBCOMP -> {
        check(qos == 2, type, buffer, from, until, completedNow, released);
        completedNow++;
      }
      default -> {
        byte[] body = new byte[until - from];
        buffer.get(from, body);
        control(Packet.of(firstByte, body));
      }
    }
  }

  /** The next acknowledgement of its type must be that of message {@code expected}. */
  private void check(
      boolean typeExpected,
      PacketType type,
      ByteBuffer buffer,
      int from,
      int until,
      long expected,
      long limit)
      throws IOException {
    int id = buffer.getShort(from) & 0xFFFF;
    int reason = until - from > 2 ? buffer.get(from + 2) & 0xFF : 0;
    if (!typeExpected || reason >= FIRST_ERROR_REASON) {
      throw new IOException(
          "at QoS %d, %s of packet id %d with reason 0x%02x".formatted(qos, type, id, reason));
    }
    if (expected >= limit) {
      throw new IOException(
          "%s of packet id %d, but all %d messages sent were already acknowledged"
              .formatted(type, id, limit));
    }
    if (id != FramePattern.packetId(expected)) {
      throw new IOException(
          "%s out of order: expected packet id %d, of message %d, found %d"
              .formatted(type, FramePattern.packetId(expected), expected, id));
    }
  }

  private void control(Packet packet) throws IOException {
    switch (packet.type()) {
      case CONNECT -> {
        Connect connect = packet.connect();
        window = connect.receiveMaximum();
        answers.add(Packets.connack(false, 0, MqttProperties.NONE));
      }
      case SUBSCRIBE -> {
        Subscribe subscribe = packet.subscribe();
        int[] granted =
            subscribe.subscriptions().stream().mapToInt(Packet.Subscription::qos).toArray();
        if (granted[0] < qos) {
          throw new IOException(
              "subscription at QoS %d, but the load is at QoS %d".formatted(granted[0], qos));
        }
        answers.add(Packets.suback(subscribe.packetId(), MqttProperties.NONE, granted));
        subscribed = true;
        changed.run();
      }
      case PINGREQ -> answers.add(Packets.empty(PacketType.PINGRESP));
      case DISCONNECT -> throw new IOException("the client disconnected");
      default -> throw new IOException("unexpected " + packet);
    }
  }
}
