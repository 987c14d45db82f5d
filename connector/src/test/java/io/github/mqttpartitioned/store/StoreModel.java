// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.store.lmdb.DeadLetterTable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * What a store must hold, in plain Java: its blocks by first offset and the ids in flight. A block
 * is remembered by the seed that it is made from.
 */
final class StoreModel {

  private static final int IDS = 1 << Character.SIZE;

  private TreeMap<Long, Sample> blocks = new TreeMap<>();
  private TreeMap<Integer, Long> inFlight = new TreeMap<>();
  private List<Packet> deadLetters = List.of();
  private final long first;
  private long earliest;
  private long next;

  StoreModel(long firstOffset) {
    first = firstOffset;
    earliest = firstOffset;
    next = firstOffset;
  }

  /** A block to be made: {@code count} messages of up to {@code maxPayload} bytes. */
  record Sample(long seed, int count, int maxPayload) {

    /** One message of just {@code payload} bytes, kept as a count of 0. */
    static Sample ofSize(long seed, int payload) {
      return new Sample(seed, 0, payload);
    }

    List<SampleMessage> messages() {
      Random random = new Random(seed);
      return count == 0
          ? List.of(SampleMessage.ofSize(maxPayload, random))
          : SampleMessage.list(random, count, 10, maxPayload, 20);
    }
  }

  /** A dead letter: {@code length} bytes made from a seed. */
  private record Packet(long seed, int length) {

    ByteBuffer bytes() {
      byte[] bytes = new byte[length];
      new Random(seed).nextBytes(bytes);
      return ByteBuffer.wrap(bytes);
    }

    String reason() {
      return "packet " + seed;
    }
  }

  LogExtent extent() {
    return new LogExtent(first, earliest, next);
  }

  StoreModel copy() {
    StoreModel copy = new StoreModel(first);
    copy.blocks = new TreeMap<>(blocks);
    copy.inFlight = new TreeMap<>(inFlight);
    copy.deadLetters = deadLetters;
    copy.earliest = earliest;
    copy.next = next;
    return copy;
  }

  void append(StoreWriter writer, BlockBuilder builder, Sample sample) {
    builder.clear();
    sample.messages().forEach(message -> message.addTo(builder));
    writer.append(builder);
    blocks.put(next, sample);
    next += builder.count();
  }

  /** Trims in one call of the writer, as far as that goes, and follows it. */
  void trim(StoreWriter writer, long before) {
    long trimmed = writer.trim(before);
    long kept = earliest + trimmed;
    assertThat(kept).isLessThanOrEqualTo(Math.max(before, earliest));
    assertThat(kept == next || blocks.containsKey(kept))
        .as("trimmed to the beginning of a block, %d of %s", kept, extent())
        .isTrue();
    blocks.headMap(kept).clear();
    earliest = kept;
  }

  void change(StoreWriter writer, InFlightChanges changes, Random random) {
    changes.reset();
    for (int i = random.nextInt(300); i > 0; i--) {
      int id = random.nextInt(IDS) >>> random.nextInt(14);
      if (random.nextInt(3) == 0) {
        changes.release(id);
        inFlight.remove(id);
      } else if (random.nextInt(500) == 0) {
        changes.clearAll();
        inFlight.clear();
      } else {
        long fingerprint = random.nextLong() | 1;
        changes.add(id, fingerprint);
        inFlight.put(id, fingerprint);
      }
    }
    writer.apply(changes);
  }

  void addDeadLetter(StoreWriter writer, Random random) {
    boolean large = random.nextInt(20) == 0;
    Packet packet = new Packet(random.nextLong(), random.nextInt(large ? 100_000 : 2_000));
    writer.addDeadLetter(packet.bytes(), packet.reason());
    List<Packet> more = new ArrayList<>(deadLetters);
    more.add(packet);
    // Older ones are gone from the store.
    int from = Math.max(0, more.size() - DeadLetterTable.MAX_PACKETS);
    deadLetters = List.copyOf(more.subList(from, more.size()));
  }

  /**
   * Fails unless the newest packets set aside are there, and older ones only as far as there is
   * room.
   *
   * @param roomBytes what all of them may take at most
   */
  void assertDeadLetters(PartitionStore store, long roomBytes) {
    List<DeadLetter> found = store.deadLetters();
    List<Packet> newest =
        deadLetters.subList(deadLetters.size() - found.size(), deadLetters.size());
    for (int i = 0; i < found.size(); i++) {
      Packet packet = newest.get(i);
      int kept = Math.min(packet.length(), DeadLetterTable.MAX_PACKET_BYTES);
      assertThat(found.get(i).reason()).isEqualTo(packet.reason());
      assertThat(found.get(i).length()).isEqualTo(packet.length());
      assertThat(found.get(i).bytes()).isEqualTo(packet.bytes().limit(kept));
    }
    if (found.size() < deadLetters.size()) {
      // A packet takes twice its size and two pages at most, and so did the last one that went.
      long taken =
          newest.stream()
              .mapToLong(
                  packet ->
                      2L * Math.min(packet.length(), DeadLetterTable.MAX_PACKET_BYTES) + 8_192)
              .sum();
      assertThat(taken).isGreaterThan(roomBytes - 2 * DeadLetterTable.MAX_PACKET_BYTES - 8_192);
    }
  }

  void assertSame(PartitionStore store) {
    assertThat(store.extent()).isEqualTo(extent());
    assertThat(store.liveBytes() == 0).isEqualTo(blocks.isEmpty());
    InFlightIds ids = store.inFlight();
    assertThat(ids.size()).isEqualTo(inFlight.size());
    inFlight.forEach((id, fingerprint) -> assertThat(ids.fingerprint(id)).isEqualTo(fingerprint));
  }

  OffsetRange randomRange(Random random) {
    long from = earliest + (long) (random.nextDouble() * (next - earliest));
    return new OffsetRange(from, from + (long) (random.nextDouble() * (next - from + 1)));
  }

  /** Reads {@code range} and fails unless each block is what was appended. */
  void assertReads(PartitionStore store, OffsetRange range) {
    try (BlockCursor cursor = store.read(range)) {
      assertReads(cursor, range);
    }
  }

  void assertReads(BlockCursor cursor, OffsetRange range) {
    Long first = blocks.floorKey(range.from());
    if (!range.isEmpty() && first != null) {
      blocks
          .subMap(first, range.until())
          .forEach(
              (offset, sample) -> {
                Block block = cursor.next();
                assertThat(block).isNotNull();
                SampleMessage.assertSame(sample.messages(), offset, block);
              });
    }
    assertThat(cursor.next()).isNull();
  }
}
