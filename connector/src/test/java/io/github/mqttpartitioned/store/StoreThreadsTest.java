// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.block.SampleMessage;
import io.github.mqttpartitioned.testkit.Await;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One writer and several readers at once, in a store that uses its pages again and again. */
class StoreThreadsTest {

  private static final int READERS = 3;
  private static final int WRITES = 400;
  private static final int MESSAGES = 64;
  private static final int PAYLOAD = 512;
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final AtomicBoolean stopped = new AtomicBoolean();

  @Test
  void readersSeeWholeBlocksWhileTheWriterAppendsAndTrims() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(READERS);
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        readers.add(threads.submit(() -> readAll(store)));
      }
      BlockBuilder block = new BlockBuilder(SampleMessage.BROKER);
      for (int i = 0; i < WRITES; i++) {
        Await.until("room behind a slow reader", DEADLINE, () -> append(store, block));
      }
      stopped.set(true);
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      stopped.set(true);
      threads.shutdown();
    }
  }

  /**
   * Appends three blocks and trims.
   *
   * @return false when the store is full of pages that a reader may still look at
   */
  private static boolean append(PartitionStore store, BlockBuilder block) {
    long next = store.extent().next();
    try (StoreWriter writer = store.write()) {
      for (int j = 0; j < 3; j++) {
        writer.append(fill(block, next));
        next += MESSAGES;
      }
      writer.trim(next - 40L * MESSAGES);
      writer.commit();
      return true;
    } catch (StoreException.Full e) {
      return false;
    }
  }

  /** Reads what there is, again and again, and gives the number of messages read. */
  private long readAll(PartitionStore store) {
    long read = 0;
    while (!stopped.get()) {
      LogExtent extent = store.extent();
      try (BlockCursor cursor = store.read(new OffsetRange(extent.earliest(), extent.next()))) {
        long expected = extent.earliest();
        for (Block block = cursor.next(); block != null; block = cursor.next()) {
          assertThat(block.firstOffset()).isEqualTo(expected);
          verify(block);
          expected += block.count();
          read += block.count();
        }
        assertThat(expected).isEqualTo(extent.next());
      } catch (StoreException.Missing e) {
        // Trimmed under the reader, as it may be.

      }
    }
    return read;
  }

  private static BlockBuilder fill(BlockBuilder block, long firstOffset) {
    block.clear();
    ByteBuffer payload = ByteBuffer.allocate(PAYLOAD);
    int topic = block.addTopic(new byte[] {'t'}, 0, 1);
    for (int row = 0; row < MESSAGES; row++) {
      long offset = firstOffset + row;
      payload.putLong(0, offset).putLong(PAYLOAD - Long.BYTES, ~offset);
      block.add(offset, 0, topic, payload.array(), 0, PAYLOAD, 0, 0);
    }
    return block;
  }

  private static void verify(Block block) {
    block.verify();
    ByteBuffer bytes = block.bytes().duplicate();
    for (int row = 0; row < block.count(); row++) {
      long offset = block.firstOffset() + row;
      int start = block.payloadStart(row);
      if (block.receivedMicros(row) != offset
          || bytes.getLong(start) != offset
          || bytes.getLong(start + PAYLOAD - Long.BYTES) != ~offset) {
        throw new AssertionError("wrong message at offset " + offset);
      }
    }
  }
}
