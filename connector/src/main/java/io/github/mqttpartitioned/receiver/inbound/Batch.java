// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one connection has brought and what it is owed for it: messages, changes of the QoS 2 ids in
 * flight, and the acknowledgements that may be sent once both are durable.
 *
 * <p>Confined to the thread that has taken it from the {@link Inbox}.
 */
public final class Batch {

  private static final int FIRST_ACKNOWLEDGEMENTS = 1 << 8;
  private static final int ACKNOWLEDGEMENT_LENGTH = 4;
  private static final int MOST_BYTES = 2 * BlockBuilder.FULL_BYTES;

  /**
   * A malformed message that becomes a dead letter: stored apart, then acknowledged.
   *
   * @param header first byte of the packet
   * @param receivedMicros time of receipt, microseconds since 1970, UTC
   * @param body what follows the fixed header
   * @param reason what is wrong with it
   */
  public record MalformedPublish(
      int header, int packetId, long receivedMicros, ByteBuffer body, String reason) {}

  private final BlockBuilder block;
  private final InFlightChanges inFlight = new InFlightChanges();
  private final List<MalformedPublish> deadLetters = new ArrayList<>(0);
  private byte[] acknowledgements = new byte[FIRST_ACKNOWLEDGEMENTS];
  private int acknowledgementsLength;

  /** Two numbers for each acknowledgement to withhold: its packet, and the rows it waits for. */
  private int[] withheld = {};

  private int withheldLength;
  private long receivedBytes;
  private long receivedNanos;
  private long duplicates;
  private long breaches;

  /** What it takes as the connection's memory has counted it. */
  private long counted;

  public Batch(String broker) {
    block = new BlockBuilder(broker);
  }

  public BlockBuilder block() {
    return block;
  }

  public InFlightChanges inFlight() {
    return inFlight;
  }

  public List<MalformedPublish> deadLetters() {
    return deadLetters;
  }

  /**
   * Owes the broker an acknowledgement without reason code and properties, which means success:
   * sections 3.4.2.1, 3.5.2.1 and 3.7.2.1.
   *
   * @param header first byte of PUBACK, PUBREC or PUBCOMP
   */
  public void acknowledge(int header, int packetId) {
    if (acknowledgements.length - acknowledgementsLength < ACKNOWLEDGEMENT_LENGTH) {
      acknowledgements = Arrays.copyOf(acknowledgements, 2 * acknowledgements.length);
    }
    int at = acknowledgementsLength;
    acknowledgements[at] = (byte) header;
    acknowledgements[at + 1] = 2;
    acknowledgements[at + 2] = (byte) (packetId >>> 8);
    acknowledgements[at + 3] = (byte) packetId;
    acknowledgementsLength = at + ACKNOWLEDGEMENT_LENGTH;
  }

  /**
   * Owes the broker an acknowledgement, but not before the block's messages so far have been
   * processed.
   *
   * @param header first byte of PUBACK or PUBREC
   */
  void withhold(int header, int packetId) {
    if (withheld.length == withheldLength) {
      withheld = Arrays.copyOf(withheld, Math.max(FIRST_ACKNOWLEDGEMENTS, 2 * withheldLength));
    }
    withheld[withheldLength] = header << Short.SIZE | packetId;
    withheld[withheldLength + 1] = block.count();
    withheldLength += 2;
  }

  /** Number of acknowledgements withheld. */
  public int withheldCount() {
    return withheldLength / 2;
  }

  /** The packet's first byte, and below it 16 bits of packet id. */
  public int withheldPacket(int index) {
    return withheld[2 * index];
  }

  /** How many messages of the block must have been processed. */
  public int withheldRows(int index) {
    return withheld[2 * index + 1];
  }

  /** The packets owed, as they go over the wire, in order of receipt ([MQTT-4.6.0-2]). */
  public byte[] acknowledgements() {
    return acknowledgements;
  }

  public int acknowledgementsLength() {
    return acknowledgementsLength;
  }

  public int acknowledgementsCount() {
    return acknowledgementsLength / ACKNOWLEDGEMENT_LENGTH;
  }

  void countBytes(long bytes) {
    receivedBytes += bytes;
  }

  /** Bytes of the PUBLISH packets received. */
  public long receivedBytes() {
    return receivedBytes;
  }

  /** Notes the time when something is in it for the first time. */
  public void markReceived() {
    if (receivedNanos == 0 && !isEmpty()) {
      receivedNanos = System.nanoTime();
    }
  }

  /** Sets the time of receipt of what is acknowledged with it. */
  public void markReceived(long nanos) {
    receivedNanos = nanos;
  }

  /** When something was in it for the first time, by {@link System#nanoTime}. */
  public long receivedNanos() {
    return receivedNanos;
  }

  void countDuplicate() {
    duplicates++;
  }

  /** Redelivered messages that were in flight already and not added again. */
  public long duplicates() {
    return duplicates;
  }

  void countBreach() {
    breaches++;
  }

  /** Packets that break a rule of MQTT and were accepted. */
  public long breaches() {
    return breaches;
  }

  /** Bytes of memory that it takes, whatever it holds now. */
  long memoryBytes() {
    long bytes =
        block.memoryBytes() + acknowledgements.length + (long) Integer.BYTES * withheld.length;
    for (MalformedPublish message : deadLetters) {
      bytes += message.body().capacity();
    }
    return bytes;
  }

  /** Tells the connection's memory how much it takes now. */
  void count(MemberMemory memory) {
    long now = memoryBytes();
    memory.resize(counted, now);
    counted = now;
  }

  /** Tells the connection's memory that it is not needed any more. */
  void uncount(MemberMemory memory) {
    memory.resize(counted, 0);
    counted = 0;
  }

  boolean isEmpty() {
    return block.isEmpty()
        && acknowledgementsLength == 0
        && withheldLength == 0
        && inFlight.isEmpty()
        && deadLetters.isEmpty()
        && breaches == 0;
  }

  /** Whether something in it must be durable before the acknowledgements are sent. */
  public boolean changesStore() {
    return !block.isEmpty() || !inFlight.isEmpty() || !deadLetters.isEmpty();
  }

  /**
   * Whether a packet still belongs in here. A large one gets a batch of its own: it may fit into a
   * small store alone, but not together with others.
   */
  boolean hasRoom(int packetLength) {
    return isEmpty()
        || !(block.isFull()
            || block.sizeInBytes() + packetLength > MOST_BYTES
            || acknowledgementsCount() + withheldCount() >= BlockBuilder.FULL_MESSAGES
            || !deadLetters.isEmpty());
  }

  public void clear() {
    block.clear();
    inFlight.reset();
    deadLetters.clear();
    acknowledgementsLength = 0;
    withheldLength = 0;
    receivedBytes = 0;
    receivedNanos = 0;
    duplicates = 0;
    breaches = 0;
  }
}
