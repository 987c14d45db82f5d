// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.packet.ControlPackets.PublishLimits;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.mqtt.packet.VarInt;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

  /** No confirmation is awaited, whatever its number. */
  private static final long NO_NUMBER = Long.MAX_VALUE;

  private final int maxInFlight;
  private final long lingerNanos;
  private final Owed owed = new Owed();

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

  private final Chunks chunks = new Chunks();
  private final Releases releases = new Releases();
  private final SendTally tally = new SendTally();
  private final WriteQueue queue = new WriteQueue(chunks, owed, releases, tally);
  private final Silence silence;
  private SenderName name;
  private int connection;
  private boolean connected;
  private boolean sessionPresent;

  /** How far the connections before had come. */
  private long confirmedBefore;

  /** The writer waits until all messages below this number are confirmed, or for memory. */
  private long awaited = NO_NUMBER;

  /** Whether the sender thread waits for the window. */
  private boolean isWindowUsedUp;

  private boolean stopping;
  private boolean hurry;
  private long pendingSince;
  private int partition;

  /**
   * @param maxInFlight maximum number of unconfirmed messages, 1 to 65,535; the broker may allow
   *     fewer
   * @param linger maximum time that a message waits for others
   * @param silenceLimit maximum time that a connected broker may leave all messages unconfirmed
   */
  Outbox(SenderName name, int maxInFlight, Duration linger, Duration silenceLimit) {
    this.name = name;
    this.maxInFlight = maxInFlight;
    this.lingerNanos = linger.toNanos();
    this.silence = new Silence(silenceLimit);
    chunks.begin(current, 0);
  }

  // The writer

  /** Begins the rows of a task. The outbox must be empty. */
  synchronized void begin(int taskPartition, SenderListener heard) {
    if (!isConfirmed()) {
      throw new IllegalStateException(name + " still has messages of another task");
    }
    nextRow = 0;
    current = chunks.begin(current, nextSequence);
    silence.begin();
    partition = taskPartition;
    tally.begin(heard, confirmed);
  }

  /**
   * Why the broker will not take a message; null if it will.
   *
   * @return the predicate of a sentence about the row
   */
  public @Nullable String fault(
      int qos, boolean retain, int topicLength, int propertiesLength, int payloadLength) {
    return PublishFault.of(
        limits, qos, retain, remainingLength(qos, topicLength, propertiesLength, payloadLength));
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
    int packetId = numbered ? owed.expect(nextSequence, qos) : 0;
    return current.begin(
        qos << 1 | (retain ? 1 : 0),
        packetId,
        remaining,
        topic,
        topicLength,
        properties,
        propertiesLength);
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
    await(() -> nextSequence, this::isConfirmed);
  }

  private boolean isConfirmed() {
    return queue.beingWritten() == null
        && confirmed == nextSequence
        && chunks.firstUnsent() == null;
  }

  private synchronized void awaitRoom() throws InterruptedException {
    if (numbered && nextSequence - confirmed >= window) {
      // The writer does not wake for each confirmation: half of the window makes one large write.
      await(this::halfOfTheWindow, () -> confirmed >= halfOfTheWindow());
    }
    requireAlive();
    if (!current.hasRoom(packetLength)) {
      current.closed = true;
      // It may be over already: nothing else would free it then.
      chunks.release(queue.beingWritten(), confirmed);
      notifyAll();
      await(() -> NO_NUMBER, () -> chunks.hasRoom(packetLength));
      current = chunks.add(packetLength, nextRow, nextSequence);
    }
  }

  private long halfOfTheWindow() {
    return nextSequence - window / 2;
  }

  private interface Condition {
    boolean holds();
  }

  /**
   * Waits in the writer's thread; what is published leaves without a linger.
   *
   * @param until number below which all must be confirmed before the condition can hold
   */
  private void await(LongSupplier until, Condition condition) throws InterruptedException {
    try {
      silence.progress();
      while (true) {
        requireAlive();
        if (condition.holds()) {
          return;
        }
        awaited = until.getAsLong();
        hurry = true;
        notifyAll();
        long patience = silence.left(queue.beingWritten() != null);
        if (!connected) {
          wait();
        } else if (patience > 0) {
          TimeUnit.NANOSECONDS.timedWait(this, patience);
        } else if (!silence.giveUp()) {
          fail(SinkException.unconfirmed(name, nextSequence - confirmed, silence.limit()));
        }
      }
    } finally {
      awaited = NO_NUMBER;
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
    return tally.counts(confirmed);
  }

  /** Whether the present connection has confirmed none of the messages that it has to. */
  synchronized boolean isStuck() {
    return confirmed < nextSequence && confirmed == confirmedBefore;
  }

  // The sender thread

  /**
   * The sender thread is about to connect.
   *
   * @param at the sender, and the URL that it connects to
   * @return the number of the connection
   */
  synchronized int connecting(SenderName at) {
    name = at;
    connected = false;
    return ++connection;
  }

  /**
   * The broker has accepted the connection. What was not confirmed goes out again, before all else.
   *
   * @param present whether the broker still has the session
   */
  synchronized void connected(PublishLimits allowed, boolean present, Silence.Wire wire) {
    limits = allowed;
    window = Math.max(1, Math.min(maxInFlight, allowed.receiveMaximum()));
    sessionPresent = present;
    connected = true;
    confirmedBefore = confirmed;
    releases.clear();
    queue.interrupted();
    silence.connected(wire);
    notifyAll();
  }

  /** The bytes of the last call of {@link #next} could not be written as a whole. */
  synchronized void writeFailed() {
    queue.interrupted();
  }

  /** The connection of this number is over. */
  synchronized void disconnected(int number) {
    if (number == connection) {
      connected = false;
      notifyAll();
    }
  }

  /** Nothing can be sent any more. The writer gets the cause as its error. */
  synchronized void fail(RuntimeException cause) {
    if (failure == null) {
      failure = cause;
    }
    notifyAll();
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** Makes {@link #next} return null. Messages that are sent and not confirmed are given up. */
  synchronized void stop() {
    if (!stopping) {
      tally.giveUp(confirmed);
    }
    stopping = true;
    notifyAll();
  }

  /**
   * Waits for bytes to write. The bytes of the call before count as written, unless {@link
   * #writeFailed} was called.
   *
   * @return null when the connection is over or the outbox was stopped
   */
  synchronized @Nullable Piece next() throws InterruptedException {
    if (queue.beingWritten() != null) {
      queue.written();
      silence.progress();
      chunks.release(null, confirmed);
      notifyAll();
    }
    while (connected && !stopping && failure == null) {
      Chunk unsent = chunks.firstUnsent();
      if (unsent == null && releases.isEmpty()) {
        senderIdle = true;
        // Once more: the writer may have published before it could see the flag.
        if (chunks.firstUnsent() == null) {
          wait();
        }
        senderIdle = false;
        pendingSince = System.nanoTime();
        continue;
      }
      long left = unsent == null ? 0 : pendingSince + lingerNanos - System.nanoTime();
      boolean due =
          !releases.isEmpty()
              || hurry
              || left <= 0
              || (unsent != null && (unsent.closed || unsent.sent < unsent.sentBefore));
      if (due) {
        Piece piece = queue.take(confirmed, window, sessionPresent);
        if (piece != null) {
          pendingSince = System.nanoTime();
          return piece;
        }
        if (chunks.firstUnsent() == null) {
          // Nothing of it has to go out again. The writer may have waited for that.
          notifyAll();
          continue;
        }
        isWindowUsedUp = true;
        wait();
        isWindowUsedUp = false;
      } else {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    }
    return null;
  }

  // The wire thread

  /**
   * Takes a confirmation. The caller holds the lock, and calls {@link #settle} after the last one.
   * A confirmation that nobody waits for is ignored.
   *
   * @param number of the connection that it came on
   * @param type PUBACK, PUBREC or PUBCOMP
   */
  void confirm(int number, int type, int packetId, int reasonCode, String reason) {
    if (number != connection || !owed.isDue(type, packetId)) {
      return;
    }
    // PUBCOMP with a failure: the broker does not know the message any more, section 3.7.2.1.
    // EMQX says of a message that it has already: its identifier is in use.
    boolean has =
        type == PacketType.PUBCOMP
            || (reasonCode == ReasonCode.PACKET_IDENTIFIER_IN_USE.code()
                && owed.isRepeated(packetId));
    if (ReasonCode.isFailure(reasonCode) && !has) {
      refused(packetId, reasonCode, reason);
    } else if (type == PacketType.PUBREC) {
      owed.received(packetId);
      releases.add(packetId);
    } else {
      owed.confirmed(packetId);
    }
    if (reasonCode == ReasonCode.NO_MATCHING_SUBSCRIBERS) {
      tally.noSubscribers();
    }
  }

  /**
   * Moves the window on over what has been confirmed. The caller holds the lock. A broker often
   * confirms one message at a time, so this wakes only those who can go on.
   */
  void settle() {
    long from = confirmed;
    long until = owed.settle(from);
    boolean isOfUse = !releases.isEmpty();
    if (until > from) {
      confirmed = until;
      isOfUse |= silence.confirmed();
      tally.confirmed(from, until, System.nanoTime());
      isOfUse |= chunks.release(queue.beingWritten(), confirmed);
      isOfUse |= until >= awaited || isWindowUsedUp;
    }
    if (isOfUse) {
      notifyAll();
    }
  }

  private void refused(int packetId, int reasonCode, String reason) {
    long sequence = confirmed + Owed.ahead(packetId, confirmed);
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
}
