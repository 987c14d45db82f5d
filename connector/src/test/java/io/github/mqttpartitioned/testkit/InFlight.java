// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A publisher's unacknowledged messages by packet id. Guarded by its publisher's lock. */
final class InFlight {

  static final int MOST = 65_535;

  /** One message; its payload is the caller's. */
  static final class Message {
    final byte[] topic;
    final byte[] payload;
    final byte[] properties;
    final int qos;
    final boolean retain;
    private long number;
    private int packetId;
    private boolean released;
    private boolean unmatched;

    Message(byte[] topic, byte[] payload, byte[] properties, int qos, boolean retain) {
      this.topic = topic;
      this.payload = payload;
      this.properties = properties;
      this.qos = qos;
      this.retain = retain;
    }

    int packetId() {
      return packetId;
    }

    /** Whether PUBREC has come, so that PUBREL is what to send, and no more the message. */
    boolean released() {
      return released;
    }

    /** Whether the broker said with PUBREC that nobody has subscribed to its topic. */
    boolean unmatched() {
      return unmatched;
    }
  }

  private final @Nullable Message[] messages = new Message[MOST + 1];
  private int size;
  private int lastId;
  private long nextNumber;

  int size() {
    return size;
  }

  /** Takes a message in under a free packet id, which there must be. */
  void add(Message message) {
    do {
      lastId = lastId == MOST ? 1 : lastId + 1;
    } while (messages[lastId] != null);
    message.packetId = lastId;
    message.number = nextNumber++;
    message.released = false;
    message.unmatched = false;
    messages[lastId] = message;
    size++;
  }

  /** Notes that PUBREC has come. */
  void release(int packetId, boolean unmatched) {
    Message message = messages[packetId];
    if (message != null) {
      message.released = true;
      message.unmatched = unmatched;
    }
  }

  /** Takes a message out, if it is there. */
  @Nullable Message remove(int packetId) {
    Message message = messages[packetId];
    if (message != null) {
      messages[packetId] = null;
      size--;
    }
    return message;
  }

  /** All messages in the order in which they were added. */
  List<Message> inOrder() {
    return Arrays.stream(messages)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparingLong(message -> message.number))
        .toList();
  }
}
