// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.vector.BlockVectors;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.Test;

class BlockPartitionReaderTest {

  private static final MqttColumns COLUMNS = new MqttColumns(PayloadType.BINARY, true, List.of());

  private static final LossPolicy FAIL = new LossPolicy(true, false);
  private static final LossPolicy SKIP = new LossPolicy(false, false);
  private static final LossPolicy REDELIVERED = new LossPolicy(true, true);

  private final Random random = new Random(7);
  private final NavigableMap<Long, ByteBuffer> blocks = new TreeMap<>();
  private long lostBefore;
  private int opened;
  private int closed;

  private BlockPartitionReader reader(long from, long until, LossPolicy policy) {
    return new BlockPartitionReader(
        this::read,
        new MqttInputPartition("id", "group", 3, new OffsetRange(from, until), null),
        ReadMeters.of("id", "group", 3, "reader")::read,
        new BlockVectors(COLUMNS),
        policy);
  }

  /** As a store does it: from the block that holds the range's first offset on. */
  private BlockCursor read(OffsetRange range) {
    opened++;
    Long floor = blocks.floorKey(range.from());
    Iterator<ByteBuffer> found =
        blocks
            .subMap(floor == null ? range.from() : floor, true, range.until(), false)
            .values()
            .iterator();
    return new BlockCursor() {
      private boolean open = true;

      @Override
      public Block next() {
        if (range.from() < lostBefore && (floor == null || !found.hasNext())) {
          throw LostStoreException.of(3, range, "/p3", lostBefore);
        }
        return found.hasNext() ? Block.wrap(found.next(), "test") : null;
      }

      @Override
      public void close() {
        if (open) {
          open = false;
          closed++;
        }
      }
    };
  }

  private ByteBuffer block(long first, int count) {
    ByteBuffer block = TestMessage.block(first, TestMessage.random(random, count, true));
    blocks.put(first, block);
    return block;
  }

  private static void damageHeader(ByteBuffer block) {
    block.put(20, (byte) ~block.get(20));
  }

  private static void damage(ByteBuffer block) {
    block.put(BlockFormat.HEADER_LENGTH, (byte) ~block.get(BlockFormat.HEADER_LENGTH));
  }

  private static List<Long> offsets(BlockPartitionReader reader) {
    List<Long> offsets = new ArrayList<>();
    while (reader.next()) {
      ColumnarBatch batch = reader.get();
      for (int row = 0; row < batch.numRows(); row++) {
        offsets.add(batch.column(3).getLong(row));
      }
    }
    return offsets;
  }

  private static List<Long> range(long from, long until) {
    return LongStream.range(from, until).boxed().toList();
  }

  private static Map<String, Long> metrics(BlockPartitionReader reader) {
    return Arrays.stream(reader.currentMetricsValues())
        .collect(Collectors.toMap(CustomTaskMetric::name, CustomTaskMetric::value));
  }

  @Test
  void blocksAreCutToTheRange() {
    ByteBuffer first = block(0, 10);
    ByteBuffer second = block(10, 1);
    ByteBuffer third = block(11, 9);
    BlockPartitionReader reader = reader(3, 15, FAIL);
    assertThat(offsets(reader)).isEqualTo(range(3, 15));
    assertThat(metrics(reader))
        .isEqualTo(
            Map.of(
                "rowsReadLocally",
                12L,
                "rowsReadRemotely",
                0L,
                "bytesReadLocally",
                (long) first.limit() + second.limit() + third.limit(),
                "bytesReadRemotely",
                0L,
                "blocksReadLocally",
                3L,
                "blocksReadRemotely",
                0L,
                "offsetsLost",
                0L,
                "payloadsNotUtf8",
                0L));
  }

  @Test
  void readsFromAnotherNodeAreCountedApart() {
    ByteBuffer only = block(0, 10);
    BlockSource elsewhere =
        new BlockSource() {
          @Override
          public BlockCursor read(OffsetRange range) {
            return BlockPartitionReaderTest.this.read(range);
          }

          @Override
          public boolean isLocal() {
            return false;
          }
        };
    BlockPartitionReader reader =
        new BlockPartitionReader(
            elsewhere,
            new MqttInputPartition("id", "group", 3, new OffsetRange(2, 9), null),
            ReadMeters.of("id", "group", 3, "reader")::read,
            new BlockVectors(COLUMNS),
            FAIL);
    assertThat(offsets(reader)).isEqualTo(range(2, 9));
    assertThat(metrics(reader))
        .containsEntry("rowsReadLocally", 0L)
        .containsEntry("rowsReadRemotely", 7L)
        .containsEntry("bytesReadLocally", 0L)
        .containsEntry("bytesReadRemotely", (long) only.limit())
        .containsEntry("blocksReadRemotely", 1L);
  }

  @Test
  void rangeWithinOneBlock() {
    block(0, 10);
    assertThat(offsets(reader(4, 6, FAIL))).containsExactly(4L, 5L);
  }

  @Test
  void missingBlockFails() {
    block(0, 10);
    block(20, 10);
    for (LossPolicy policy : new LossPolicy[] {FAIL, SKIP}) {
      assertThatThrownBy(() -> offsets(reader(0, 30, policy)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(misplaced(10, "a block of 10 messages from offset 20"));
      assertThatThrownBy(() -> offsets(reader(20, 40, policy)))
          .hasMessage(misplaced(30, "nothing"));
      assertThatThrownBy(() -> offsets(reader(15, 30, policy)))
          .hasMessage(misplaced(15, "a block of 10 messages from offset 0"));
    }
  }

  private static String misplaced(long offset, String found) {
    return """
        [MQTT_BLOCK_CORRUPT] Partition 3 was read at offset %d, but there was %s. Restore the \
        store from a copy, or skip the messages with failOnDataLoss=false."""
        .formatted(offset, found);
  }

  @Test
  void damagedBlockFailsWhenItIsRead() {
    damage(block(0, 10));
    BlockPartitionReader reader = reader(0, 10, FAIL);
    assertThat(reader.next()).isTrue();
    assertThat(reader.get().column(3).getLong(9)).isEqualTo(9);
    assertThatThrownBy(() -> reader.get().column(4).getLong(0))
        .isInstanceOf(CorruptBlockException.class);
  }

  @Test
  void damagedHeaderFails() {
    block(0, 10);
    damageHeader(block(10, 10));
    assertThatThrownBy(() -> offsets(reader(0, 20, FAIL)))
        .isInstanceOf(CorruptBlockException.class);
  }

  @Test
  void damagedBlocksAreSkippedAsAWholeWhereTheUserWantsThat() {
    damage(block(0, 10));
    block(10, 10);
    damageHeader(block(20, 10));
    BlockPartitionReader reader = reader(2, 28, SKIP);
    assertThat(offsets(reader)).isEqualTo(range(10, 20));
    assertThat(metrics(reader))
        .containsEntry("offsetsLost", 16L)
        .containsEntry("rowsReadLocally", 10L);
    reader.close();
    assertThat(closed).isEqualTo(opened);
  }

  @Test
  void everyOffsetIsEitherReadOrCalledLost() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      blocks.clear();
      long next = 0;
      List<Long> readable = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int count = 1 + random.nextInt(50);
        ByteBuffer block = block(next, count);
        if (random.nextInt(3) == 0) {
          if (random.nextBoolean()) {
            damage(block);
          } else {
            damageHeader(block);
          }
        } else {
          readable.addAll(range(next, next + count));
        }
        next += count;
      }
      long from = random.nextLong(next);
      long until = from + 1 + random.nextLong(next - from);
      BlockPartitionReader reader = reader(from, until, SKIP);
      List<Long> found = offsets(reader);
      assertThat(found)
          .as("seed %d, round %d: [%d, %d)", seed, round, from, until)
          .isSubsetOf(readable)
          .isSorted()
          .doesNotHaveDuplicates();
      assertThat(found.size() + metrics(reader).get("offsetsLost"))
          .as("seed %d, round %d", seed, round)
          .isEqualTo(until - from);
      assertThat(offsets(reader(from, until, SKIP))).isEqualTo(found);
    }
  }

  @Test
  void singleDamagedBlockTakesNoOtherWithIt() {
    for (int count : new int[] {1, 2, 3, 7, 64, 100}) {
      blocks.clear();
      block(0, 5);
      damageHeader(block(5, count));
      block(5 + count, 200);
      List<Long> expected = new ArrayList<>(range(0, 5));
      expected.addAll(range(5 + count, 205 + count));
      assertThat(offsets(reader(0, 205 + count, SKIP))).isEqualTo(expected);
    }
  }

  @Test
  void whatALostStoreHeldFailsTheTaskOrIsCountedAsLost() {
    lostBefore = 100;
    assertThatThrownBy(() -> offsets(reader(0, 30, FAIL)))
        .isInstanceOf(LostStoreException.class)
        .hasMessageContaining("the store that held them is lost")
        .hasMessageContaining("began with offset 100");
    BlockPartitionReader reader = reader(0, 30, SKIP);
    assertThat(offsets(reader)).isEmpty();
    assertThat(metrics(reader)).containsEntry("offsetsLost", 30L);
  }

  @Test
  void whatTheBrokerDeliversAgainIsNeitherGivenNorLost() {
    lostBefore = 100;
    BlockPartitionReader reader = reader(0, 30, REDELIVERED);
    assertThat(offsets(reader)).isEmpty();
    assertThat(metrics(reader)).containsEntry("offsetsLost", 0L);
    reader.close();
    assertThat(closed).isEqualTo(opened);
  }

  /** As a range does that a user has wound back to. */
  @Test
  void whatLiesBehindTheBeginningOfTheNewStoreIsRead() {
    lostBefore = 100;
    block(100, 50);
    assertThat(offsets(reader(80, 120, REDELIVERED))).isEqualTo(range(100, 120));
    BlockPartitionReader reader = reader(80, 120, SKIP);
    assertThat(offsets(reader)).isEqualTo(range(100, 120));
    assertThat(metrics(reader)).containsEntry("offsetsLost", 20L);
  }

  /** The rows that it has given would come again. */
  @Test
  void taskThatLosesTheStoreHalfwayFailsAndItsNextAttemptGivesNothing() {
    lostBefore = 100;
    block(0, 10);
    BlockPartitionReader reader = reader(0, 30, REDELIVERED);
    assertThat(reader.next()).isTrue();
    assertThatThrownBy(reader::next).isInstanceOf(LostStoreException.class);
    blocks.clear();
    assertThat(offsets(reader(0, 30, REDELIVERED))).isEmpty();
  }

  @Test
  void closingTwiceClosesTheCursorOnce() {
    block(0, 10);
    BlockPartitionReader reader = reader(0, 10, FAIL);
    assertThat(reader.next()).isTrue();
    reader.close();
    reader.close();
    assertThat(closed).isEqualTo(1);
    assertThatThrownBy(reader::get).isInstanceOf(IllegalStateException.class);
  }
}
