// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.spark.read.TestMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Finds offsets by times of receipt. Message {@code n} was received at {@code 100 n}. */
class TimeBorderTest {

  private static final int BLOCKS = 8;
  private static final int COUNT = 10;
  private static final OffsetRange ALL = new OffsetRange(0, BLOCKS * COUNT);

  private final NavigableMap<Long, ByteBuffer> blocks = new TreeMap<>();

  @BeforeEach
  void write() {
    for (long first = 0; first < ALL.until(); first += COUNT) {
      List<TestMessage> messages = new ArrayList<>();
      for (long offset = first; offset < first + COUNT; offset++) {
        messages.add(
            new TestMessage(
                100 * offset, 1, false, false, "a", new byte[0], TestMessage.Properties.NONE));
      }
      blocks.put(first, TestMessage.block(first, messages));
    }
  }

  private BlockCursor read(OffsetRange range) {
    Iterator<ByteBuffer> found =
        blocks
            .subMap(blocks.floorKey(range.from()), true, range.until(), false)
            .values()
            .iterator();
    return new BlockCursor() {
      @Override
      public Block next() {
        return found.hasNext() ? Block.wrap(found.next(), "test") : null;
      }

      @Override
      public void close() {}
    };
  }

  private long border(long micros, boolean skipDamage) {
    return TimeBorder.find(this::read, ALL, micros, skipDamage);
  }

  private void damage(long first) {
    ByteBuffer block = blocks.get(first);
    block.put(20, (byte) ~block.get(20));
  }

  @Test
  void borderIsTheFirstMessageOfItsTimeOrLater() {
    for (boolean skipDamage : new boolean[] {false, true}) {
      for (long offset = 0; offset <= ALL.until(); offset++) {
        assertThat(border(100 * offset, skipDamage)).isEqualTo(offset);
        assertThat(border(100 * offset - 50, skipDamage)).isEqualTo(offset);
      }
      assertThat(border(Long.MAX_VALUE, skipDamage)).isEqualTo(ALL.until());
    }
  }

  @Test
  void damagedBlocksFailOrArePassedOver() {
    damage(40);
    damage(50);
    assertThatThrownBy(() -> border(2_500, false)).isInstanceOf(CorruptBlockException.class);
    for (long offset = 0; offset <= ALL.until(); offset++) {
      long found = border(100 * offset, true);
      if (offset <= 40 || offset > 60) {
        assertThat(found).isEqualTo(offset);
      } else {
        assertThat(found).isBetween(40L, 60L);
      }
    }
  }

  @Test
  void storeOfDamageAloneHasABorder() {
    blocks.keySet().forEach(this::damage);
    assertThat(border(2_500, true)).isBetween(0L, ALL.until());
  }
}
