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
    messages[lastId] = message;
    size++;
  }

  /** Notes that PUBREC has come. */
  void release(int packetId) {
    Message message = messages[packetId];
    if (message != null) {
      message.released = true;
    }
  }

  /** Takes a message out; whether there was one. */
  boolean remove(int packetId) {
    boolean present = messages[packetId] != null;
    if (present) {
      messages[packetId] = null;
      size--;
    }
    return present;
  }

  /** All messages in the order in which they were added. */
  List<Message> inOrder() {
    return Arrays.stream(messages)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparingLong(message -> message.number))
        .toList();
  }
}
