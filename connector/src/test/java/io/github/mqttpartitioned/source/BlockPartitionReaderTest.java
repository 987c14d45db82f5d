package io.github.mqttpartitioned.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.model.OffsetRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.junit.jupiter.api.Test;

class BlockPartitionReaderTest {

  private final Random random = new Random(7);
  private int closed;

  private BlockPartitionReader reader(
      long from, long until, boolean skipLost, List<ByteBuffer> blocks) {
    BlockSource source =
        range ->
            new BlockCursor() {
              private int next;

              @Override
              public Block next() {
                return next == blocks.size() ? null : Block.wrap(blocks.get(next++), "test");
              }

              @Override
              public void close() {
                closed++;
              }
            };
    return new BlockPartitionReader(
        source, new MqttInputPartition("id", 3, new OffsetRange(from, until)), true, skipLost);
  }

  private ByteBuffer block(long first, int count) {
    return TestMessage.block(first, TestMessage.random(random, count, true));
  }

  private static ByteBuffer damaged(ByteBuffer block) {
    block.put(BlockFormat.HEADER_LENGTH, (byte) ~block.get(BlockFormat.HEADER_LENGTH));
    return block;
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
    BlockPartitionReader reader = reader(3, 15, false, List.of(first, second, third));
    assertThat(offsets(reader)).isEqualTo(range(3, 15));
    assertThat(metrics(reader))
        .isEqualTo(
            Map.of(
                "rowsRead",
                12L,
                "bytesRead",
                (long) first.limit() + second.limit() + third.limit(),
                "blocksRead",
                3L,
                "offsetsLost",
                0L));
  }

  @Test
  void rangeWithinOneBlock() {
    assertThat(offsets(reader(4, 6, false, List.of(block(0, 10))))).containsExactly(4L, 5L);
  }

  @Test
  void missingBlockFails() {
    assertThatThrownBy(() -> offsets(reader(0, 30, false, List.of(block(0, 10), block(20, 10)))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Offsets [10, 20) of partition 3 cannot be read: its store has no block for them,"
                + " although it held them when the batch was planned. Restore the store from the"
                + " disk's last good state, or set failOnDataLoss=false to skip them");
  }

  @Test
  void missingEndFails() {
    assertThatThrownBy(() -> offsets(reader(0, 30, false, List.of(block(0, 10)))))
        .hasMessageStartingWith("Offsets [10, 30) of partition 3 cannot be read");
  }

  @Test
  void missingBlocksAreSkippedAndCountedWhereTheUserWantsThat() {
    BlockPartitionReader reader = reader(5, 30, true, List.of(block(8, 2), block(12, 8)));
    List<Long> expected = new ArrayList<>(range(8, 10));
    expected.addAll(range(12, 20));
    assertThat(offsets(reader)).isEqualTo(expected);
    assertThat(metrics(reader)).containsEntry("offsetsLost", 15L).containsEntry("rowsRead", 10L);
    assertThat(reader.next()).isFalse();
    assertThat(metrics(reader)).containsEntry("offsetsLost", 15L);
  }

  @Test
  void damagedBlockFailsWhenItIsRead() {
    BlockPartitionReader reader = reader(0, 10, false, List.of(damaged(block(0, 10))));
    assertThat(reader.next()).isTrue();
    assertThat(reader.get().column(3).getLong(9)).isEqualTo(9);
    assertThatThrownBy(() -> reader.get().column(4).getLong(0))
        .isInstanceOf(CorruptBlockException.class);
  }

  @Test
  void damagedBlocksAreSkippedAsAWholeWhereTheUserWantsThat() {
    BlockPartitionReader reader =
        reader(2, 28, true, List.of(damaged(block(0, 10)), block(10, 10), damaged(block(20, 10))));
    assertThat(offsets(reader)).isEqualTo(range(10, 20));
    assertThat(metrics(reader)).containsEntry("offsetsLost", 16L);
  }

  @Test
  void blockFromElsewhereIsNeverTaken() {
    assertThatThrownBy(() -> offsets(reader(5, 30, true, List.of(block(0, 5)))))
        .hasMessage("Block [0, 5) of partition 3 was found where offset 5 was looked for");
    assertThatThrownBy(() -> offsets(reader(0, 30, true, List.of(block(30, 5)))))
        .hasMessage("Block [30, 35) of partition 3 was found where offset 0 was looked for");
  }

  @Test
  void closingTwiceClosesTheCursorOnce() {
    BlockPartitionReader reader = reader(0, 10, false, List.of(block(0, 10)));
    assertThat(reader.next()).isTrue();
    reader.close();
    reader.close();
    assertThat(closed).isEqualTo(1);
    assertThatThrownBy(reader::get).isInstanceOf(IllegalStateException.class);
  }
}
