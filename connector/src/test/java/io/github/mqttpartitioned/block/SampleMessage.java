// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.packet.MalformedPropertiesException;
import io.github.mqttpartitioned.mqtt.packet.PropertyCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A message as plain Java, to build blocks from and to compare them with. */
public final class SampleMessage {

  /** The broker of every sample. */
  public static final String BROKER = "tcp://broker.example:1883";

  private final long receivedMicros;
  private final int qos;
  private final boolean retained;
  private final boolean duplicate;
  private final String topic;
  private final byte[] payload;
  private final byte[] properties;

  public SampleMessage(
      long receivedMicros,
      int qos,
      boolean retained,
      boolean duplicate,
      String topic,
      byte[] payload,
      byte[] properties) {
    this.receivedMicros = receivedMicros;
    this.qos = qos;
    this.retained = retained;
    this.duplicate = duplicate;
    this.topic = topic;
    this.payload = payload.clone();
    this.properties = properties.clone();
  }

  /** A message of QoS 1 with a payload of {@code payloadLength} random bytes. */
  public static SampleMessage ofSize(int payloadLength, Random random) {
    byte[] payload = new byte[payloadLength];
    random.nextBytes(payload);
    return new SampleMessage(1, 1, false, false, "a/b", payload, new byte[0]);
  }

  /** A message with anything in it. */
  public static SampleMessage random(Random random, int topics, int maxPayload, int propertyOdds) {
    byte[] payload = new byte[random.nextInt(maxPayload + 1)];
    random.nextBytes(payload);
    int topic = random.nextInt(topics);
    return new SampleMessage(
        random.nextLong(),
        random.nextInt(3),
        random.nextBoolean(),
        random.nextBoolean(),
        topic == 0 ? "" : "ä/" + "x".repeat(topic % 20) + topic,
        payload,
        random.nextInt(100) < propertyOdds ? userProperty(random) : new byte[0]);
  }

  public static List<SampleMessage> list(
      Random random, int count, int topics, int maxPayload, int propertyOdds) {
    List<SampleMessage> messages = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      messages.add(random(random, topics, maxPayload, propertyOdds));
    }
    return messages;
  }

  private static byte[] userProperty(Random random) {
    byte[] value = Long.toString(random.nextLong()).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(6 + value.length)
        .put((byte) PropertyCursor.USER_PROPERTY)
        .putShort((short) 1)
        .put((byte) 'k')
        .putShort((short) value.length)
        .put(value)
        .array();
  }

  public byte[] payload() {
    return payload.clone();
  }

  public String topic() {
    return topic;
  }

  /** Adds this message as the receiver does: topic, payload and properties lie in one array. */
  public void addTo(BlockBuilder block) {
    byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
    byte[] packet =
        ByteBuffer.allocate(1 + topicBytes.length + properties.length + payload.length)
            .put((byte) -1)
            .put(topicBytes)
            .put(properties)
            .put(payload)
            .array();
    int number = block.findTopic(packet, 1, topicBytes.length);
    if (number < 0) {
      number = block.addTopic(packet, 1, topicBytes.length);
    }
    int propertyStart = 1 + topicBytes.length;
    block.add(
        receivedMicros,
        BlockFormat.flags(qos, retained, duplicate),
        number,
        packet,
        propertyStart + properties.length,
        payload.length,
        propertyStart,
        properties.length);
  }

  /** A builder of these messages. */
  public static BlockBuilder builder(List<SampleMessage> messages) {
    BlockBuilder block = new BlockBuilder(BROKER);
    messages.forEach(message -> message.addTo(block));
    return block;
  }

  /** The bytes of a builder's block. */
  public static byte[] encode(BlockBuilder block, long firstOffset) {
    ByteBuffer target = ByteBuffer.allocate(block.encodedLength());
    block.encode(firstOffset, target);
    assertThat(target.remaining()).isZero();
    return target.array();
  }

  /** Fails unless row {@code row} of {@code block} is this message, in every column. */
  public void assertIs(Block block, int row) {
    assertThat(block.receivedMicros(row)).isEqualTo(receivedMicros);
    assertThat(block.qos(row)).isEqualTo(qos);
    assertThat(block.retained(row)).isEqualTo(retained);
    assertThat(block.duplicate(row)).isEqualTo(duplicate);
    int number = block.topic(row);
    assertThat(text(block, block.topicStart(number), block.topicLength(number))).isEqualTo(topic);
    assertThat(bytes(block, block.payloadStart(row), block.payloadLength(row))).isEqualTo(payload);
    PropertyCursor cursor = new PropertyCursor();
    block.properties(row, cursor);
    try {
      boolean found = cursor.next();
      assertThat(found).isEqualTo(properties.length > 0);
      if (found) {
        assertThat(cursor.id()).isEqualTo(PropertyCursor.USER_PROPERTY);
        assertThat(cursor.key()).isEqualTo(new byte[] {'k'});
        assertThat(cursor.value())
            .isEqualTo(java.util.Arrays.copyOfRange(properties, 6, properties.length));
        assertThat(cursor.next()).isFalse();
      }
    } catch (MalformedPropertiesException e) {
      throw block.corruptProperties(row, e);
    }
  }

  /** Fails unless {@code block} is exactly these messages from {@code firstOffset} on. */
  public static void assertSame(List<SampleMessage> messages, long firstOffset, Block block) {
    assertThat(block.firstOffset()).isEqualTo(firstOffset);
    assertThat(block.count()).isEqualTo(messages.size());
    assertThat(block.broker()).isEqualTo(BROKER);
    for (int row = 0; row < messages.size(); row++) {
      messages.get(row).assertIs(block, row);
    }
  }

  private static String text(Block block, int start, int length) {
    return new String(bytes(block, start, length), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Block block, int start, int length) {
    byte[] bytes = new byte[length];
    block.bytes().get(start, bytes);
    return bytes;
  }
}
