// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.ControlPackets.PublishLimits;
import io.github.mqttpartitioned.mqtt.PacketType;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.mqtt.VarInt;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The packets of one writer, from its rows to the broker's confirmation, in the order of the rows.
 *
 * <p>Messages of QoS 1 and 2 are numbered; the packet identifier follows from the number. The
 * broker confirms in order ([MQTT-4.6.0-2] to [MQTT-4.6.0-4]), so everything below {@link
 * #confirmed} is over, and the window of unconfirmed messages is a range of numbers. It is never
 * longer than the broker's Receive Maximum (section 4.9).
 *
 * <p>The writer appends without a lock. All else is guarded by the lock of this object, which is
 * taken once for many messages. Nothing is allocated for a message.
 */
public final class Outbox {

  /** Packet identifiers are 1 to this number. */
  private static final int IDS = 65_535;

  /** Most memory of unconfirmed packets; one packet alone may take more. */
  private static final int MOST_BYTES = 8 << 20;

  // What the broker owes for a packet identifier.
  private static final byte NOTHING = 0;
  private static final byte PUBACK = 1;
  private static final byte PUBREC = 2;
  private static final byte PUBCOMP = 3;
  private static final byte CONFIRMED = 4;

  private final SenderName name;
  private final int maxInFlight;
  private final long lingerNanos;
  private final Duration silenceLimit;
  private final byte[] owed = new byte[IDS + 1];

  // Confined to the writer.

  private Chunk current = new Chunk(new byte[Chunk.USUAL]);
  private long nextSequence;
  private long nextRow;
  private int packetLength;
  private boolean numbered;

  // Read by the writer without the lock.

  private volatile long confirmed;
  private volatile int window = 1;
  private volatile PublishLimits limits = PublishLimits.NONE;
  private volatile boolean senderIdle;
  private volatile @Nullable RuntimeException failure;

  // Guarded by this.

  private final Deque<Chunk> chunks = new ArrayDeque<>();
  private final Deque<Chunk> spare = new ArrayDeque<>();
  private final Piece piece = new Piece();
  private @Nullable Chunk beingWritten;
  private byte[] control = new byte[1 << 10];
  private int controlLength;
  private int connection;
  private boolean connected;
  private boolean sessionPresent;
  private boolean stopping;
  private boolean hurry;
  private long pendingSince;
  private long progressNanos;
  private long sampleSequence = -1;
  private long sampleNanos;
  private SenderListener listener = SenderListener.NONE;
  private int partition;

  /** Messages below this number have been sent at least once. */
  private long announced;

  private long sent;
  private long sentBytes;
  private long sentAgain;
  private long noSubscribers;
  private long confirmedBefore;

  /** Bytes that the sender thread writes next. */
  static final class Piece {
    byte[] bytes = {};
    int from;
    int length;

    private void set(byte[] source, int start, int count) {
      bytes = source;
      from = start;
      length = count;
    }
  }

  /**
   * @param maxInFlight most unconfirmed messages, 1 to 65,535; the broker may allow fewer
   * @param linger longest that a message waits for others
   * @param silenceLimit longest that a connected broker may leave all messages unconfirmed
   */
  Outbox(SenderName name, int maxInFlight, Duration linger, Duration silenceLimit) {
    this.name = name;
    this.maxInFlight = maxInFlight;
    this.lingerNanos = linger.toNanos();
    this.silenceLimit = silenceLimit;
    chunks.add(current);
  }

  // The writer

  /** Begins the rows of a task. The outbox must be empty. */
  synchronized void begin(int taskPartition, SenderListener heard) {
    if (!isConfirmed()) {
      throw new IllegalStateException(name + " still has messages of another task");
    }
    chunks.clear();
    nextRow = 0;
    current.reset(0, nextSequence);
    chunks.add(current);
    partition = taskPartition;
    listener = heard;
    sent = 0;
    sentBytes = 0;
    sentAgain = 0;
    noSubscribers = 0;
    confirmedBefore = confirmed;
  }

  /**
   * Why the broker will not take a message; null if it will.
   *
   * @return the predicate of a sentence about the row
   */
  public @Nullable String fault(
      int qos, boolean retain, int topicLength, int propertiesLength, int payloadLength) {
    PublishLimits allowed = limits;
    long remaining = remainingLength(qos, topicLength, propertiesLength, payloadLength);
    if (remaining > VarInt.MAX_VALUE) {
      return "takes %d bytes, but MQTT allows %d".formatted(remaining, VarInt.MAX_VALUE);
    }
    long length = 1 + VarInt.encodedLength((int) remaining) + remaining;
    if (length > allowed.maximumPacketSize()) {
      return """
          makes a packet of %d bytes, but the broker's Maximum Packet Size is %d. Shorten the \
          payload, or raise the broker's limit"""
          .formatted(length, allowed.maximumPacketSize());
    }
    if (qos > allowed.maximumQos()) {
      return """
          has qos %d, but the broker's Maximum QoS is %d. Set qos=%d and accept its guarantee, or \
          raise the broker's maximum"""
          .formatted(qos, allowed.maximumQos(), allowed.maximumQos());
    }
    return retain && !allowed.retainAvailable()
        ? """
          is to be retained, but the broker does not retain messages. Set retained=false, or \
          switch retained messages on in the broker"""
        : null;
  }

  private static long remainingLength(
      int qos, int topicLength, int propertiesLength, int payloadLength) {
    return (long) Short.BYTES
        + topicLength
        + (qos > 0 ? Short.BYTES : 0)
        + VarInt.encodedLength(propertiesLength)
        + propertiesLength
        + payloadLength;
  }

  /**
   * Writes a message up to its payload, which the caller then copies to {@link #bytes} and
   * publishes. Waits while the window or the memory is used up. The message must have no {@link
   * #fault}.
   *
   * @return where the payload begins
   * @throws SinkException if the sender has failed
   */
  public int begin(
      int qos,
      boolean retain,
      byte[] topic,
      int topicLength,
      byte[] properties,
      int propertiesLength,
      int payloadLength)
      throws InterruptedException {
    int remaining = (int) remainingLength(qos, topicLength, propertiesLength, payloadLength);
    packetLength = 1 + VarInt.encodedLength(remaining) + remaining;
    numbered = qos > 0;
    if (failure != null
        || (numbered && nextSequence - confirmed >= window)
        || !current.hasRoom(packetLength)) {
      awaitRoom();
    }
    int packetId = 0;
    if (numbered) {
      packetId = packetId(nextSequence);
      owed[packetId] = qos == 1 ? PUBACK : PUBREC;
    }
    return current.begin(
        qos << 1 | (retain ? 1 : 0),
        packetId,
        remaining,
        topic,
        topicLength,
        properties,
        propertiesLength);
  }

  private static int packetId(long sequence) {
    return 1 + (int) (sequence % IDS);
  }

  /** Where the payload belongs. Changes with each message. */
  public byte[] bytes() {
    return current.bytes;
  }

  /** Gives the message to the sender thread. */
  public void publish() {
    if (numbered) {
      nextSequence++;
    }
    nextRow++;
    current.publish(packetLength, numbered);
    if (senderIdle) {
      wakeSender();
    }
  }

  private synchronized void wakeSender() {
    senderIdle = false;
    notifyAll();
  }

  /** Number of the row that comes next, from 0. */
  public long nextRow() {
    return nextRow;
  }

  /**
   * Waits until the broker has confirmed each message of QoS 1 and 2, and each message of QoS 0 is
   * written.
   *
   * @throws SinkException if the sender has failed
   */
  public synchronized void awaitConfirmed() throws InterruptedException {
    await(this::isConfirmed);
  }

  private boolean isConfirmed() {
    return beingWritten == null
        && confirmed == nextSequence
        && chunks.stream().allMatch(Chunk::isSent);
  }

  private synchronized void awaitRoom() throws InterruptedException {
    if (numbered && nextSequence - confirmed >= window) {
      // Not for each single confirmation: half of the window is one write again.
      await(() -> nextSequence - confirmed <= window / 2);
    }
    requireAlive();
    if (!current.hasRoom(packetLength)) {
      current.closed = true;
      notifyAll();
      int capacity = Math.max(Chunk.USUAL, packetLength);
      await(() -> chunks.isEmpty() || heldBytes() + capacity <= MOST_BYTES);
      Chunk next = capacity == Chunk.USUAL ? spare.poll() : null;
      current = next != null ? next : new Chunk(new byte[capacity]);
      current.reset(nextRow, nextSequence);
      chunks.addLast(current);
    }
  }

  private long heldBytes() {
    return chunks.stream().mapToLong(chunk -> chunk.bytes.length).sum();
  }

  private interface Condition {
    boolean holds();
  }

  /** Waits in the writer's thread; what is published leaves without a linger. */
  private void await(Condition condition) throws InterruptedException {
    try {
      progressNanos = Math.max(progressNanos, System.nanoTime());
      while (true) {
        requireAlive();
        if (condition.holds()) {
          return;
        }
        hurry = true;
        notifyAll();
        long patience = progressNanos + silenceLimit.toNanos() - System.nanoTime();
        if (connected && patience <= 0) {
          fail(SinkException.unconfirmed(name, nextSequence - confirmed, silenceLimit));
        } else {
          TimeUnit.NANOSECONDS.timedWait(this, connected ? patience : silenceLimit.toNanos());
        }
      }
    } finally {
      hurry = false;
    }
  }

  private void requireAlive() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  /** What has become of the messages of this task so far. */
  public synchronized SendCounts counts() {
    return new SendCounts(sent, sentBytes, confirmed - confirmedBefore, noSubscribers, sentAgain);
  }

  /** Messages of QoS 1 and 2 that were published and are not confirmed. */
  synchronized long unconfirmed() {
    return nextSequence - confirmed;
  }

  // The sender thread

  /** The sender thread is about to connect. Returns the number of the connection. */
  synchronized int connecting() {
    connected = false;
    return ++connection;
  }

  /**
   * The broker has accepted the connection. What was not confirmed goes out again, before all else.
   *
   * @param present whether the broker still has the session
   */
  synchronized void connected(PublishLimits allowed, boolean present) {
    limits = allowed;
    window = Math.max(1, Math.min(maxInFlight, allowed.receiveMaximum()));
    sessionPresent = present;
    connected = true;
    controlLength = 0;
    beingWritten = null;
    progressNanos = System.nanoTime();
    for (Chunk chunk : chunks) {
      chunk.sentBefore = Math.max(chunk.sentBefore, chunk.sent);
      chunk.sent = 0;
      chunk.sentPackets = 0;
      chunk.sentSequences = 0;
    }
    notifyAll();
  }

  /** The connection of this number is over. */
  synchronized void disconnected(int number) {
    if (number == connection) {
      connected = false;
      notifyAll();
    }
  }

  /** Nothing works any more: the writer learns why. */
  synchronized void fail(RuntimeException cause) {
    if (failure == null) {
      failure = cause;
    }
    notifyAll();
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** Has {@link #next} return null; what is sent and not confirmed is given up. */
  synchronized void stop() {
    if (!stopping) {
      listener.failed((int) (announced - confirmed));
      listener = SenderListener.NONE;
    }
    stopping = true;
    notifyAll();
  }

  /**
   * Waits for bytes to write. The bytes of the call before count as written.
   *
   * @return null when the connection is over or the outbox was stopped
   */
  synchronized @Nullable Piece next() throws InterruptedException {
    if (beingWritten != null) {
      beingWritten = null;
      progressNanos = System.nanoTime();
      release();
      notifyAll();
    }
    while (connected && !stopping && failure == null) {
      Chunk unsent = firstUnsent();
      if (unsent == null && controlLength == 0) {
        senderIdle = true;
        // Once more: the writer may have published before it could see the flag.
        if (firstUnsent() == null) {
          wait();
        }
        senderIdle = false;
        pendingSince = System.nanoTime();
        continue;
      }
      long left = unsent == null ? 0 : pendingSince + lingerNanos - System.nanoTime();
      boolean due =
          controlLength > 0
              || hurry
              || left <= 0
              || (unsent != null && (unsent.closed || unsent.sent < unsent.sentBefore));
      if (!due) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } else if (take()) {
        pendingSince = System.nanoTime();
        return piece;
      } else {
        // The window is used up: a confirmation wakes this thread.
        wait();
      }
    }
    return null;
  }

  private @Nullable Chunk firstUnsent() {
    for (Chunk chunk : chunks) {
      if (!chunk.isSent()) {
        return chunk;
      }
    }
    return null;
  }

  /** Puts into {@link #piece} what may be written now; false if that is nothing. */
  private boolean take() {
    if (controlLength == 0) {
      for (Chunk chunk : chunks) {
        long published = chunk.published();
        if (chunk.sent < Chunk.bytes(published)) {
          boolean fits = chunk.firstSequence() + Chunk.sequences(published) - confirmed <= window;
          if (fits && chunk.sent >= chunk.sentBefore) {
            takeAll(chunk, published);
            return true;
          }
          boolean done = walk(chunk, Chunk.bytes(published));
          if (beingWritten != null) {
            return true;
          }
          if (!done) {
            break;
          }
        }
      }
    }
    if (controlLength > 0) {
      piece.set(control, 0, controlLength);
      control = new byte[1 << 10];
      controlLength = 0;
      return true;
    }
    release();
    return false;
  }

  private void takeAll(Chunk chunk, long published) {
    int from = chunk.sent;
    int packets = Chunk.packets(published) - chunk.sentPackets;
    int unconfirmed = Chunk.sequences(published) - chunk.sentSequences;
    chunk.sent = Chunk.bytes(published);
    chunk.sentPackets += packets;
    chunk.sentSequences += unconfirmed;
    write(chunk, from, chunk.sent);
    countSent(packets, chunk.sent - from, unconfirmed);
  }

  private void write(Chunk chunk, int from, int until) {
    piece.set(chunk.bytes, from, until - from);
    beingWritten = chunk;
    long end = chunk.firstSequence() + chunk.sentSequences;
    if (sampleSequence < 0 && end > confirmed) {
      sampleSequence = end;
      sampleNanos = System.nanoTime();
    }
  }

  private void countSent(int packets, int bytes, int unconfirmed) {
    sent += packets;
    sentBytes += bytes;
    announced += unconfirmed;
    listener.sent(packets, bytes, unconfirmed);
  }

  /**
   * Takes packets one by one: after a connection was lost, or when the window has become smaller.
   * Leaves out what is confirmed, and QoS 0 that was written once (section 4.3.1).
   *
   * @return whether it came to the end
   */
  private boolean walk(Chunk chunk, int limit) {
    PacketWalk packet = new PacketWalk(chunk, chunk.sent, limit);
    int from = -1;
    int packets = 0;
    int unconfirmed = 0;
    int bytes = 0;
    boolean end = true;
    while (packet.next()) {
      boolean again = packet.start() < chunk.sentBefore;
      boolean needsConfirmation = packet.qos() > 0;
      long sequence = chunk.firstSequence() + chunk.sentSequences;
      if (needsConfirmation && sequence - confirmed >= window) {
        end = false;
        break;
      }
      boolean wanted = !again || (needsConfirmation && isOwed(sequence));
      boolean released = wanted && again && sessionPresent && owed[packet.packetId()] == PUBCOMP;
      if (from >= 0 && (!wanted || released)) {
        break;
      }
      if (released) {
        putControl(PacketType.PUBREL | PacketType.PUBREL_FLAGS, packet.packetId());
      } else if (wanted) {
        from = from < 0 ? packet.start() : from;
        if (again) {
          prepareAgain(packet);
        } else {
          packets++;
          unconfirmed += needsConfirmation ? 1 : 0;
          bytes += packet.end() - packet.start();
        }
      }
      chunk.sent = packet.end();
      chunk.sentPackets++;
      chunk.sentSequences += needsConfirmation ? 1 : 0;
    }
    if (from >= 0) {
      write(chunk, from, chunk.sent);
      countSent(packets, bytes, unconfirmed);
    }
    return end;
  }

  private boolean isOwed(long sequence) {
    return sequence >= confirmed && owed[packetId(sequence)] != CONFIRMED;
  }

  private void prepareAgain(PacketWalk packet) {
    // For a session that the broker has forgotten it is a new message: section 4.4.
    packet.setDuplicate(sessionPresent);
    if (owed[packet.packetId()] == PUBCOMP) {
      owed[packet.packetId()] = PUBREC;
    }
    sentAgain++;
  }

  /** Frees the chunks from the first one on that are over. */
  private void release() {
    for (Chunk first = chunks.peek();
        first != null
            && first.closed
            && first != beingWritten
            && first.isSent()
            && first.endSequence() <= confirmed;
        first = chunks.peek()) {
      chunks.remove();
      if (first.bytes.length == Chunk.USUAL) {
        spare.add(first);
      }
    }
  }

  // The wire thread

  /**
   * Takes a confirmation. The caller holds the lock, and calls {@link #settle} after the last one.
   * What nobody waits for is ignored.
   *
   * @param number of the connection that it came on
   * @param type PUBACK, PUBREC or PUBCOMP
   */
  void confirm(int number, int type, int packetId, int reasonCode, String reason) {
    if (number != connection) {
      return;
    }
    byte due = owed[packetId];
    boolean isDue =
        switch (type) {
          case PacketType.PUBACK -> due == PUBACK;
          case PacketType.PUBREC -> due == PUBREC || due == PUBCOMP;
          default -> due == PUBCOMP;
        };
    if (!isDue) {
      return;
    }
    // PUBCOMP with a failure: the broker does not know the message any more, section 3.7.2.1.
    if (ReasonCode.isFailure(reasonCode) && type != PacketType.PUBCOMP) {
      refused(packetId, reasonCode, reason);
    } else if (type == PacketType.PUBREC) {
      owed[packetId] = PUBCOMP;
      putControl(PacketType.PUBREL | PacketType.PUBREL_FLAGS, packetId);
    } else {
      owed[packetId] = CONFIRMED;
    }
    if (reasonCode == ReasonCode.NO_MATCHING_SUBSCRIBERS) {
      noSubscribers++;
    }
  }

  /** Moves the window on over what has been confirmed. The caller holds the lock. */
  void settle() {
    long from = confirmed;
    long until = from;
    for (int id = packetId(until); owed[id] == CONFIRMED; id = packetId(until)) {
      owed[id] = NOTHING;
      until++;
    }
    if (until > from) {
      confirmed = until;
      progressNanos = System.nanoTime();
      listener.confirmed((int) (until - from));
      if (sampleSequence >= 0 && until >= sampleSequence) {
        listener.delayed(progressNanos - sampleNanos);
        sampleSequence = -1;
      }
      release();
    }
    if (until > from || controlLength > 0) {
      notifyAll();
    }
  }

  private void refused(int packetId, int reasonCode, String reason) {
    long ahead = Math.floorMod(packetId - packetId(confirmed), IDS);
    long sequence = confirmed + ahead;
    for (Chunk chunk : chunks) {
      if (sequence >= chunk.firstSequence() && sequence < chunk.endSequence()) {
        PacketWalk packet = new PacketWalk(chunk, 0, Chunk.bytes(chunk.published()));
        long row = chunk.firstRow();
        while (packet.next() && (packet.qos() == 0 || packet.packetId() != packetId)) {
          row++;
        }
        fail(SinkException.refusedRow(row, partition, packet.topic(), reasonCode, reason));
        return;
      }
    }
  }

  private void putControl(int header, int packetId) {
    if (control.length - controlLength < Integer.BYTES) {
      control = Arrays.copyOf(control, 2 * control.length);
    }
    control[controlLength++] = (byte) header;
    control[controlLength++] = Short.BYTES;
    control[controlLength++] = (byte) (packetId >>> Byte.SIZE);
    control[controlLength++] = (byte) packetId;
  }
}
