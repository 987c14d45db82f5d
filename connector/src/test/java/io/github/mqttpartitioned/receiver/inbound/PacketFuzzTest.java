// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.testkit.Allocation;
import io.github.mqttpartitioned.testkit.Corpus;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Mutator;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever bytes a broker sends: the packets before the first bad one are taken as they are, the
 * bad one ends the connection with an error that says so, and nothing else happens.
 */
class PacketFuzzTest {

  private static final byte[] CONNACK = Packets.connack(true, 0, MqttProperties.NONE);
  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** Buffers of a connection; and for each byte of the stream, whatever it announces. */
  private static final long MOST_ALLOCATED = 4L << 20;

  private static final long MOST_ALLOCATED_BY_BYTE = 100;

  private static final int PUBLISH = 0x3;
  private static final int PUBREL = 0x6;
  private static final int PINGRESP = 0xD;

  private static final List<byte[]> CORPUS =
      List.copyOf(Corpus.of(PacketFuzzTest.class, "packets.txt").values());

  /** The first use of a class allocates what no later one does. */
  @BeforeAll
  static void loadClasses() throws IOException {
    for (byte[] sample : CORPUS) {
      read(sample, new Random(1), new int[1]);
    }
  }

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
    Allocation allocation = new Allocation();
    int[] disconnects = new int[1];
    Inbox inbox = read(bytes, random, disconnects);
    allocation.assertAtMost(MOST_ALLOCATED + MOST_ALLOCATED_BY_BYTE * bytes.length);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONGEST);
    boolean malformed = inbox.end() instanceof MalformedPacketException;
    assertThat(disconnects[0]).isEqualTo(malformed ? 1 : 0);
    if (malformed) {
      assertThat(inbox.end().getMessage()).isNotBlank();
    }
    compare(bytes, inbox, inbox.end() instanceof EOFException);
  }

  /** Reads all of it, as each of the parsers does. */
  private static Inbox read(byte[] bytes, Random random, int[] disconnects) throws IOException {
    checkControl(bytes);
    Inbox inbox =
        new Inbox(
            new Object(),
            SampleMessage.BROKER,
            new NodeMemory(1L << 30).share(),
            Duration.ZERO,
            () -> false);
    PacketReader reader =
        new PacketReader(
            inPieces(bytes, random),
            inbox,
            new PublishParser(AckMode.STORED, new InFlightIds(), new PoisonMessages()),
            () -> 1,
            reason -> disconnects[0]++,
            Authentication.NONE);
    try {
      byte[] forPaho = new byte[64];
      while (reader.read(forPaho, 0, forPaho.length) >= 0) {
        // Until the end, which is an error as well.
      }
    } catch (IOException e) {
      assertThat(e.getCause()).as("what is not an IOException").isNull();
      assertThat(e).isSameAs(inbox.end());
    }
    return inbox;
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
    List<Frame> frames = new ArrayList<>();
    boolean endsBadly = !cut(bytes, frames);
    boolean refused = false;
    for (Frame frame : frames) {
      if (!whole && expected.size() == stored.size() && due == acknowledgements) {
        // Nothing more was taken, so this is it, or a packet for Paho before it.
        refused |= !frame.isSound();
        if (refused || frame.type() == PUBLISH || frame.type() == PUBREL) {
          assertThat(refused).as("refused: %s", frame).isTrue();
          break;
        }
      }
      if (frame.type() == PUBREL) {
        inFlight.remove(frame.packet().acknowledgement().packetId());
        due++;
      } else if (frame.type() == PUBLISH) {
        Packet.Publish publish;
        try {
          publish = frame.packet().publish();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
          // Properties that cannot be read cost no message, but the test kit does not read it.
          return;
        }
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
    }
    assertThat(whole || refused || endsBadly).as("nothing is wrong with what was refused").isTrue();
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

  /** A packet as the fixed header cuts it out of the stream. */
  private static final class Frame {
    private final int header;
    private final byte[] body;

    Frame(int header, byte[] body) {
      this.header = header;
      this.body = body;
    }

    int type() {
      return header >>> 4;
    }

    Packet packet() {
      return Packet.of(header, body);
    }

    /** Whether it is surely well-formed; most that are not so plain are neither sound nor bad. */
    boolean isSound() {
      return switch (type()) {
        case PUBLISH -> isSoundPublish();
        case PUBREL -> header == 0x62 && body.length == 2 && (body[0] | body[1]) != 0;
        case PINGRESP -> header == 0xD0 && body.length == 0;
        default -> false;
      };
    }

    private boolean isSoundPublish() {
      int qos = header >>> 1 & 0b11;
      if (qos == 3 || (qos == 0 && (header & 0b1000) != 0) || body.length < 2) {
        return false;
      }
      int idAt = 2 + ((body[0] & 0xFF) << 8 | (body[1] & 0xFF));
      int propertiesAt = idAt + (qos > 0 ? 2 : 0);
      if (idAt == 2 || propertiesAt >= body.length || body[propertiesAt] != 0) {
        return false;
      }
      for (int at = 2; at < idAt; at++) {
        if (body[at] < ' ' || body[at] == 0x7F || body[at] == '+' || body[at] == '#') {
          return false;
        }
      }
      return qos == 0 || body[idAt] != 0 || body[idAt + 1] != 0;
    }

    @Override
    public String toString() {
      return "%02X %s".formatted(header, HexFormat.of().formatHex(body));
    }
  }

  /**
   * Cuts the stream into the packets that are whole.
   *
   * @return false when a Remaining Length is longer than 4 bytes
   */
  private static boolean cut(byte[] bytes, List<Frame> frames) {
    int at = 0;
    while (at < bytes.length) {
      int length = 0;
      int bodyAt = at + 1;
      int shift = 0;
      int next = 0x80;
      while (bodyAt < bytes.length && shift < 28 && next >= 0x80) {
        next = bytes[bodyAt++] & 0xFF;
        length |= (next & 0x7F) << shift;
        shift += 7;
      }
      if (next >= 0x80 || length > bytes.length - bodyAt) {
        return next < 0x80 || shift < 28;
      }
      frames.add(new Frame(bytes[at] & 0xFF, Arrays.copyOfRange(bytes, bodyAt, bodyAt + length)));
      at = bodyAt + length;
    }
    return true;
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
