// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockFormat.Column;
import io.github.mqttpartitioned.mqtt.packet.MalformedPropertiesException;
import io.github.mqttpartitioned.mqtt.packet.PropertyCursor;
import io.github.mqttpartitioned.testkit.Allocation;
import io.github.mqttpartitioned.testkit.Mutator;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Reads random and mutated bytes as a block. Every value lies within the bytes, or the answer is a
 * {@link CorruptBlockException}. Most cases get checksums that match, because otherwise the
 * checksums would find nearly every change before any other check.
 */
class BlockFuzzTest {

  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** Most bytes that a reader may allocate, for any size that a block claims to have. */
  private static final long MOST_ALLOCATED = 4L << 20;

  private static final long MOST_ALLOCATED_BY_BYTE = 500;

  @Test
  void everyValueLiesWithinTheBlockOrIsRefused() {
    Seeded.run(1, random -> run(random, Duration.ofSeconds(3)));
  }

  @Tag(Soak.TAG)
  @Test
  void everyValueLiesWithinTheBlockOrIsRefusedForLong() {
    Seeded.run(1, random -> run(random, Soak.duration(Duration.ofMinutes(10))));
  }

  private static void run(Random random, Duration time) throws IOException {
    List<byte[]> corpus = new ArrayList<>();
    try (InputStream golden = BlockFuzzTest.class.getResourceAsStream("block-v1.bin")) {
      corpus.add(golden.readAllBytes());
    }
    for (int size : new int[] {1, 2, 20}) {
      corpus.add(
          SampleMessage.encode(
              SampleMessage.builder(SampleMessage.list(random, size, 3, 30, 50)), size));
    }
    Mutator mutator = new Mutator(random);
    long cases = 0;
    long readable = 0;
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; cases++) {
      byte[] bytes = mutator.next(corpus);
      if (random.nextInt(8) > 0) {
        repair(ByteBuffer.wrap(bytes).order(BlockFormat.ORDER), random);
      }
      try {
        readable += read(bytes) ? 1 : 0;
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "after " + cases + " cases: " + HexFormat.of().formatHex(bytes), e);
      }
    }
    System.out.printf("%d blocks, %d of them readable, no finding%n", cases, readable);
  }

  /** Sets checksums, and often the length, right. */
  private static void repair(ByteBuffer block, Random random) {
    if (block.capacity() < BlockFormat.HEADER_LENGTH) {
      return;
    }
    if (random.nextBoolean()) {
      block.putInt(BlockFormat.LENGTH_AT, block.capacity());
    }
    long start = BlockFormat.HEADER_LENGTH;
    for (Column column : Column.values()) {
      int length = block.getInt(column.lengthAt());
      if (length < 0 || start + length > block.capacity()) {
        break;
      }
      block.putInt(column.crcAt(), BlockFormat.crc(block, (int) start, length));
      start = BlockFormat.align(start + length);
    }
    block.putInt(BlockFormat.CRC_AT, BlockFormat.headerCrc(block));
  }

  /** Reads all there is; returns whether that was possible. */
  private static boolean read(byte[] bytes) {
    long begun = System.nanoTime();
    Allocation allocation = new Allocation();
    boolean readable = true;
    try {
      Block block = Block.wrap(ByteBuffer.wrap(bytes), "fuzz");
      block.broker();
      for (int topic = 0; topic < block.topicCount(); topic++) {
        assertWithin(block, block.topicStart(topic), block.topicLength(topic));
      }
      PropertyCursor cursor = new PropertyCursor();
      for (int row = 0; row < block.count(); row++) {
        assertThat(block.topic(row)).isBetween(0, block.topicCount() - 1);
        block.receivedMicros(row);
        assertThat(block.qos(row)).isBetween(0, 3);
        assertWithin(block, block.payloadStart(row), block.payloadLength(row));
        block.properties(row, cursor);
        try {
          while (cursor.next()) {
            cursor.number();
            assertWithin(block, cursor.valueStart(), cursor.valueLength());
            assertWithin(block, cursor.keyStart(), cursor.keyLength());
          }
        } catch (MalformedPropertiesException e) {
          assertThat(block.corruptProperties(row, e)).hasMessageContaining("fuzz");
          readable = false;
        }
      }
      int[] topics = block.topics(0, block.count());
      int[] payloads = block.payloadPlaces();
      for (int row = 0; row < block.count(); row++) {
        assertThat(topics[row]).isEqualTo(block.topic(row));
        assertThat(payloads[row]).isEqualTo(block.payloadStart(row));
        assertThat(payloads[row + 1] - payloads[row]).isEqualTo(block.payloadLength(row));
      }
      block.verify();
    } catch (CorruptBlockException e) {
      assertThat(e).hasMessageContaining("fuzz");
      readable = false;
    }
    allocation.assertAtMost(MOST_ALLOCATED + MOST_ALLOCATED_BY_BYTE * bytes.length);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONGEST);
    return readable;
  }

  private static void assertWithin(Block block, int start, int length) {
    assertThat(start).isBetween(0, block.length());
    assertThat(length).isBetween(0, block.length() - start);
  }
}
