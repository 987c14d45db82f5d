// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.receiver.inbound.Batch;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The acknowledgements that a connection owes once Spark has processed their messages: PUBACK and
 * PUBREC packets, in order of receipt. Each packet id occurs at most once, so there are never more
 * than 65,535.
 *
 * <p>Confined to the receiver thread.
 */
final class WithheldAcknowledgements {

  private static final int FIRST_SIZE = 64;

  private final BitSet ids = new BitSet();

  /**
   * A ring: for each entry the packet's first byte and its id, and the offset after its message.
   */
  private int[] packets = new int[FIRST_SIZE];

  private long[] until = new long[FIRST_SIZE];

  /** When the entry's batch was received, by {@link System#nanoTime}. */
  private long[] received = new long[FIRST_SIZE];

  private int head;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /**
   * Takes over what a stored batch withholds.
   *
   * @param firstOffset offset of the batch's first message
   */
  void add(Batch batch, long firstOffset) {
    for (int i = 0; i < batch.withheldCount(); i++) {
      int packet = batch.withheldPacket(i);
      int id = packet & 0xFFFF;
      // A broker that sends a message again on the same connection gets one answer: it could take
      // a second one for the answer to a later message with the same id.
      if (!ids.get(id)) {
        ids.set(id);
        append(packet, firstOffset + batch.withheldRows(i), batch.receivedNanos());
      }
    }
  }

  private void append(int packet, long offset, long receivedNanos) {
    if (size == packets.length) {
      grow();
    }
    int at = (head + size) % packets.length;
    packets[at] = packet;
    until[at] = offset;
    received[at] = receivedNanos;
    size++;
  }

  private void grow() {
    int[] morePackets = Arrays.copyOf(packets, 2 * size);
    long[] moreUntil = Arrays.copyOf(until, 2 * size);
    long[] moreReceived = Arrays.copyOf(received, 2 * size);
    for (int i = 0; i < size; i++) {
      morePackets[i] = packets[(head + i) % size];
      moreUntil[i] = until[(head + i) % size];
      moreReceived[i] = received[(head + i) % size];
    }
    packets = morePackets;
    until = moreUntil;
    received = moreReceived;
    head = 0;
  }

  /** Whether {@link #takeDue} would take something. */
  boolean isDue(long processed) {
    return size > 0 && until[head] <= processed;
  }

  /**
   * Moves the acknowledgements of messages below {@code processed} to a batch. At QoS 1 the batch
   * also gets the note that the packet id is no longer in flight. The note must be durable before
   * the acknowledgement is sent: after it, the broker may give the id to another message.
   */
  void takeDue(long processed, Batch target) {
    target.markReceived(received[head]);
    while (isDue(processed)) {
      int header = packets[head] >>> Short.SIZE;
      int id = packets[head] & 0xFFFF;
      target.acknowledge(header, id);
      if (header == PacketType.PUBACK) {
        target.inFlight().release(id);
      }
      ids.clear(id);
      head = (head + 1) % packets.length;
      size--;
    }
  }
}
