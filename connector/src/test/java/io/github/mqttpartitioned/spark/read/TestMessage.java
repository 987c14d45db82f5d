// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A message in plain values: what the columns must give back. */
@SuppressWarnings("ArrayRecordComponent")
public record TestMessage(
    long receivedMicros,
    int qos,
    boolean retained,
    boolean duplicate,
    String topic,
    byte[] payload,
    Properties properties) {

  public static final String BROKER = "tcp://broker:1883";

  /** MQTT 5 properties; null or empty where there is none. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Properties(
      String contentType,
      Boolean payloadIsUtf8,
      String responseTopic,
      byte[] correlationData,
      Long messageExpiryInterval,
      List<List<String>> userProperties) {

    public static final Properties NONE = new Properties(null, null, null, null, null, List.of());

    byte[] encode() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      // The order must not matter: user properties stand on both sides of the others.
      for (int i = 0; i < userProperties.size() / 2; i++) {
        userProperty(out, userProperties.get(i));
      }
      if (payloadIsUtf8 != null) {
        out.write(0x01);
        out.write(payloadIsUtf8 ? 1 : 0);
      }
      if (messageExpiryInterval != null) {
        out.write(0x02);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) (long) messageExpiryInterval).array());
      }
      if (contentType != null) {
        out.write(0x03);
        field(out, utf8(contentType));
      }
      if (responseTopic != null) {
        out.write(0x08);
        field(out, utf8(responseTopic));
      }
      if (correlationData != null) {
        out.write(0x09);
        field(out, correlationData);
        out.writeBytes(new byte[] {0x0B, 7}); // a subscription identifier: not shown
      }
      for (int i = userProperties.size() / 2; i < userProperties.size(); i++) {
        userProperty(out, userProperties.get(i));
      }
      return out.toByteArray();
    }

    private static void userProperty(ByteArrayOutputStream out, List<String> pair) {
      out.write(0x26);
      field(out, utf8(pair.get(0)));
      field(out, utf8(pair.get(1)));
    }

    private static void field(ByteArrayOutputStream out, byte[] value) {
      out.write(value.length >> 8);
      out.write(value.length);
      out.writeBytes(value);
    }

    static Properties random(Random random) {
      if (random.nextInt(4) == 0) {
        return NONE;
      }
      List<List<String>> user = new ArrayList<>();
      for (int i = random.nextInt(4) - 1; i > 0; i--) {
        user.add(List.of(text(random, 6), text(random, 12)));
      }
      return new Properties(
          random.nextBoolean() ? text(random, 20) : null,
          random.nextBoolean() ? random.nextBoolean() : null,
          random.nextBoolean() ? text(random, 20) : null,
          random.nextBoolean() ? bytes(random, 30) : null,
          random.nextBoolean() ? random.nextLong(1L << 32) : null,
          user);
    }
  }

  public static TestMessage random(Random random, boolean properties) {
    return new TestMessage(
        random.nextLong(4_000_000_000_000_000L),
        random.nextInt(3),
        random.nextBoolean(),
        random.nextBoolean(),
        "sensor/" + random.nextInt(8) + "/ä€😀",
        bytes(random, 100),
        properties ? Properties.random(random) : Properties.NONE);
  }

  public static List<TestMessage> random(Random random, int count, boolean properties) {
    List<TestMessage> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(random(random, properties));
    }
    return messages;
  }

  /** The block of these messages, on the heap. */
  public static ByteBuffer block(long firstOffset, List<TestMessage> messages) {
    BlockBuilder builder = new BlockBuilder(BROKER);
    for (TestMessage message : messages) {
      byte[] topic = utf8(message.topic);
      int number = builder.findTopic(topic, 0, topic.length);
      if (number < 0) {
        number = builder.addTopic(topic, 0, topic.length);
      }
      byte[] properties = message.properties.encode();
      ByteBuffer source = ByteBuffer.allocate(message.payload.length + properties.length);
      source.put(message.payload).put(properties);
      builder.add(
          message.receivedMicros,
          BlockFormat.flags(message.qos, message.retained, message.duplicate),
          number,
          source.array(),
          0,
          message.payload.length,
          message.payload.length,
          properties.length);
    }
    ByteBuffer block = ByteBuffer.allocate(builder.encodedLength());
    builder.encode(firstOffset, block);
    return block.flip();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(Random random, int limit) {
    byte[] bytes = new byte[random.nextInt(limit)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String text(Random random, int limit) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(limit); i > 0; i--) {
      text.append(List.of("a", "Z", "7", "ß", "漢", "😀").get(random.nextInt(6)));
    }
    return text.toString();
  }
}
