package io.github.mqttpartitioned.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.model.AckMode;
import io.github.mqttpartitioned.store.InFlightIds;
import io.github.mqttpartitioned.testkit.Corpus;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Mutator;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes a broker sends: the packets before the first bad one are taken as they are, the
 * bad one ends the connection with an error that says so, and nothing else happens.
 */
class PacketFuzzTest {

  private static final byte[] CONNACK = Packets.connack(true, 0, MqttProperties.NONE);
  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final List<byte[]> CORPUS =
      List.copyOf(Corpus.of(PacketFuzzTest.class, "packets.txt").values());

  @Test
  void samplesAreTakenOrRefused() throws IOException {
    for (byte[] sample : CORPUS) {
      check(sample, new Random(1));
    }
  }

  @Test
  void whateverComesIsTakenOrRefused() {
    Seeded.run(1, random -> run(random, Duration.ofSeconds(3)));
  }

  @Tag(Soak.TAG)
  @Test
  void whateverComesIsTakenOrRefusedForLong() {
    Seeded.run(1, random -> run(random, Soak.duration(Duration.ofMinutes(10))));
  }

  private static void run(Random random, Duration time) throws IOException {
    Mutator mutator = new Mutator(random);
    long cases = 0;
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; cases++) {
      byte[] bytes = mutator.next(CORPUS);
      try {
        check(bytes, random);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "after " + cases + " cases: " + HexFormat.of().formatHex(bytes), e);
      }
    }
    System.out.printf("%d streams of packets, no finding%n", cases);
  }

  private static void check(byte[] bytes, Random random) throws IOException {
    long begun = System.nanoTime();
    checkControl(bytes);
    Inbox inbox = new Inbox(new Object(), SampleMessage.BROKER);
    int[] disconnects = new int[1];
    PacketReader reader =
        new PacketReader(
            inPieces(bytes, random),
            inbox,
            new PublishParser(AckMode.STORED, new InFlightIds(), new PoisonMessages()),
            () -> 1,
            reason -> disconnects[0]++);
    try {
      byte[] forPaho = new byte[64];
      while (reader.read(forPaho, 0, forPaho.length) >= 0) {
        // Until the end, which is an error as well.
      }
    } catch (IOException e) {
      assertThat(e.getCause()).as("what is not an IOException").isNull();
      assertThat(e).isSameAs(inbox.end());
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONGEST);
    boolean malformed = inbox.end() instanceof MalformedPacketException;
    assertThat(disconnects[0]).isEqualTo(malformed ? 1 : 0);
    if (malformed) {
      assertThat(inbox.end().getMessage()).isNotBlank();
    }
    compare(bytes, inbox, inbox.end() instanceof EOFException);
  }

  private static void checkControl(byte[] body) {
    for (ControlDecoder decoder :
        List.<ControlDecoder>of(
            ControlPackets::connAck, ControlPackets::subAck, ControlPackets::disconnect)) {
      try {
        assertThat(decoder.decode(ByteBuffer.wrap(body))).isNotNull();
      } catch (MalformedPacketException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @FunctionalInterface
  private interface ControlDecoder {
    Object decode(ByteBuffer body) throws MalformedPacketException;
  }

  /** What is in a message, to be compared. */
  private record Message(
      String topic, String payload, int qos, boolean retained, boolean duplicate) {}

  /** Holds what was taken against another decoder. */
  private static void compare(byte[] bytes, Inbox inbox, boolean whole) {
    List<Message> stored = new ArrayList<>();
    int acknowledgements = 0;
    for (Batch batch : inbox.take(Long.MAX_VALUE)) {
      acknowledgements += batch.acknowledgementsCount();
      if (!batch.block().isEmpty()) {
        byte[] encoded = SampleMessage.encode(batch.block(), 0);
        addAll(Block.wrap(ByteBuffer.wrap(encoded), "fuzz"), stored);
      }
    }
    List<Message> expected = new ArrayList<>();
    int due = 0;
    Map<Integer, Message> inFlight = new HashMap<>();
    for (Packet packet : packets(bytes)) {
      if (!whole && expected.size() == stored.size() && due == acknowledgements) {
        break;
      }
      if (packet.type() == PacketType.PUBREL) {
        inFlight.remove(packet.acknowledgement().packetId());
        due++;
        continue;
      }
      Packet.Publish publish = packet.publish();
      String payload = HexFormat.of().formatHex(publish.payload());
      due += publish.qos() > 0 ? 1 : 0;
      Message content = new Message(publish.topic(), payload, 2, false, false);
      boolean isInFlight =
          publish.qos() == 2 && content.equals(inFlight.put(publish.packetId(), content));
      if (!(isInFlight && publish.duplicate())) {
        expected.add(
            new Message(
                publish.topic(), payload, publish.qos(), publish.retain(), publish.duplicate()));
      }
    }
    assertThat(stored).isEqualTo(expected);
    assertThat(acknowledgements).isEqualTo(due);
  }

  private static void addAll(Block block, List<Message> messages) {
    block.verify();
    for (int row = 0; row < block.count(); row++) {
      byte[] payload = new byte[block.payloadLength(row)];
      block.bytes().get(block.payloadStart(row), payload);
      byte[] topic = new byte[block.topicLength(block.topic(row))];
      block.bytes().get(block.topicStart(block.topic(row)), topic);
      messages.add(
          new Message(
              new String(topic, UTF_8),
              HexFormat.of().formatHex(payload),
              block.qos(row),
              block.retained(row),
              block.duplicate(row)));
    }
  }

  /** The packets that are whole, as the fixed headers cut the stream. */
  private static List<Packet> packets(byte[] bytes) {
    List<Packet> packets = new ArrayList<>();
    int at = 0;
    while (at < bytes.length) {
      int length = 0;
      int bodyAt = at + 1;
      int shift = 0;
      while (bodyAt < bytes.length && shift < 28) {
        int next = bytes[bodyAt++];
        length |= (next & 0x7F) << shift;
        shift += 7;
        if (next >= 0) {
          shift = 100;
        }
      }
      if (shift != 100 || length > bytes.length - bodyAt) {
        return packets;
      }
      int type = bytes[at] & 0xF0;
      if (type != 0x30 && type != 0x60) {
        // Not one that is stored or acknowledged.
        at = bodyAt + length;
        continue;
      }
      packets.add(Packet.of(bytes[at] & 0xFF, Arrays.copyOfRange(bytes, bodyAt, bodyAt + length)));
      at = bodyAt + length;
    }
    return packets;
  }

  /** The stream as a network may bring it. */
  private static InputStream inPieces(byte[] bytes, Random random) {
    byte[] all = Arrays.copyOf(CONNACK, CONNACK.length + bytes.length);
    System.arraycopy(bytes, 0, all, CONNACK.length, bytes.length);
    boolean small = random.nextInt(4) == 0;
    return new ByteArrayInputStream(all) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, small ? Math.min(length, 1 + random.nextInt(3)) : length);
      }
    };
  }
}
