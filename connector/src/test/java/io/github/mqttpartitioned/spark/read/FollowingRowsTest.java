// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.stream.FakeNode;
import io.github.mqttpartitioned.spark.vector.BlockVectors;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rows as they come: what a real-time task sees. */
class FollowingRowsTest {

  private static final int OFFSET = 3;
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Random random = new Random(7);
  private final FakeNode node = new FakeNode();

  /** What happens while the reader waits, one after another; then its time is over. */
  private final Queue<Runnable> events = new ArrayDeque<>();

  private long next;
  private int waits;

  /** What a read throws, if anything. */
  private @Nullable UnreachableException away;

  private Duration waitsAtMost = Duration.ZERO;

  private FollowingRows rows(long from) {
    BlockSource stored = node.blocks(0);
    BlockSource growing =
        new BlockSource() {
          @Override
          public BlockCursor read(OffsetRange range) {
            if (away != null) {
              throw away;
            }
            return stored.read(range);
          }

          @Override
          public void waitAtMost(Duration limit) {
            waitsAtMost = limit;
          }

          @Override
          public long awaitBeyond(long offset, Duration limit) {
            assertThat(node.openCursors).as("held while waiting").isZero();
            if (next > offset) {
              return next;
            }
            waits++;
            Runnable event = events.poll();
            if (event != null) {
              event.run();
            }
            return next;
          }
        };
    MqttInputPartition input =
        new MqttInputPartition("id", "group", 0, new OffsetRange(from, from), null);
    ReadMeters meters = ReadMeters.of("id", "group", 0, "reader");
    return new FollowingRows(
        growing,
        new BlockPartitionReader(
            growing,
            input,
            meters::read,
            new BlockVectors(new MqttColumns(PayloadType.BINARY, false, List.of())),
            new LossPolicy(true, false)),
        meters);
  }

  private void append(int count) {
    node.append(0, TestMessage.random(random, count, false));
    next += count;
  }

  private static List<Long> take(FollowingRows rows, int count) {
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      assertThat(rows.next(LONG)).isTrue();
      offsets.add(rows.row().getLong(OFFSET));
    }
    return offsets;
  }

  @Test
  void rowsComeAsTheirBlocksAreStored() {
    append(2);
    events.add(() -> append(3));
    events.add(() -> append(1));
    try (FollowingRows rows = rows(0)) {
      assertThat(take(rows, 6)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
      assertThat(rows.next(Duration.ofMillis(1))).isFalse();
      assertThat(rows.position()).isEqualTo(6);
      assertThat(waits).isEqualTo(3);
    }
    assertThat(node.openCursors).isZero();
  }

  @Test
  void positionIsBehindTheLastRowGivenWhateverItsBlockHolds() {
    append(5);
    try (FollowingRows rows = rows(1)) {
      assertThat(rows.position()).isEqualTo(1);
      take(rows, 2);
      assertThat(rows.position()).isEqualTo(3);
    }
  }

  @Test
  void reachedPositionIsWhereTheNextBatchGoesOn() {
    append(5);
    long position;
    try (FollowingRows rows = rows(0)) {
      take(rows, 3);
      position = rows.position();
    }
    try (FollowingRows rows = rows(position)) {
      assertThat(take(rows, 2)).containsExactly(3L, 4L);
    }
  }

  @Test
  void withoutARowThereIsNone() {
    try (FollowingRows rows = rows(0)) {
      assertThat(rows.next(Duration.ZERO)).isFalse();
      assertThat(waits).isZero();
      assertThatThrownBy(rows::row).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void receiptIsThatOfTheMessage() {
    List<TestMessage> messages = TestMessage.random(random, 3, false);
    node.append(0, messages);
    next = 3;
    try (FollowingRows rows = rows(0)) {
      for (TestMessage message : messages) {
        assertThat(rows.next(LONG)).isTrue();
        assertThat(rows.receivedMillis()).isEqualTo(message.receivedMicros() / 1_000);
      }
    }
  }

  @Test
  void killedTaskEndsItsWait() {
    BlockSource waiting =
        new BlockSource() {
          @Override
          public BlockCursor read(OffsetRange range) {
            throw new IllegalStateException("nothing to read");
          }

          @Override
          public long awaitBeyond(long offset, Duration limit) throws InterruptedException {
            throw new InterruptedException();
          }
        };
    ReadMeters meters = ReadMeters.of("id", "group", 0, "reader");
    try (FollowingRows rows =
        new FollowingRows(
            waiting,
            new BlockPartitionReader(
                waiting,
                new MqttInputPartition("id", "group", 0, new OffsetRange(0, 0), null),
                meters::read,
                new BlockVectors(new MqttColumns(PayloadType.BINARY, false, List.of())),
                new LossPolicy(true, false)),
            meters)) {
      assertThatThrownBy(() -> rows.next(LONG)).isInstanceOf(UncheckedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void batchEndsInTimeThoughAPartitionIsAwayInTheMiddleOfABacklog() {
    append(2);
    events.add(() -> next = 4);
    try (FollowingRows rows = rows(0)) {
      take(rows, 2);
      away = new UnreachableException("The node is lost", null);
      assertThatThrownBy(() -> rows.next(LONG)).isSameAs(away);
      assertThat(rows.next(Duration.ZERO)).as("the time is over").isFalse();
      assertThat(waitsAtMost).isNegative();
      assertThat(rows.position()).isEqualTo(2);
      away = null;
      node.append(0, TestMessage.random(random, 2, false));
      assertThat(take(rows, 2)).containsExactly(2L, 3L);
    }
  }
}
