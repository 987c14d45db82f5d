// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Ours with a reader that takes each block as it is stored, as a task of real-time mode does. */
final class FollowedTaker implements Taker {

  private static final Duration WAIT = Duration.ofSeconds(10);

  private final ConnectorTaker taker;
  private final Load load;
  private final Thread reader;
  private volatile long read;

  private FollowedTaker(ConnectorTaker taker, Load load) {
    this.taker = taker;
    this.load = load;
    this.reader = new Thread(() -> follow(taker.store()), "benchmark-reader");
  }

  static FollowedTaker connect(String url, Load load, Path directory, TlsSettings tls) {
    FollowedTaker followed =
        new FollowedTaker(ConnectorTaker.connect(url, load, directory, true, tls), load);
    followed.reader.start();
    return followed;
  }

  private void follow(PartitionStore store) {
    try {
      while (read < load.messages()) {
        long next = store.awaitBeyond(read, WAIT);
        try (BlockCursor blocks = store.read(new OffsetRange(read, next))) {
          for (Block block = blocks.next(); block != null; block = blocks.next()) {
            read = block.firstOffset() + block.count();
          }
        }
      }
    } catch (StoreException.Unusable e) {
      // The round is over.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public long taken() {
    return taker.taken();
  }

  @Override
  public void verify() throws WrongCountException {
    try {
      reader.join(WAIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (read != load.messages()) {
      throw new WrongCountException(
          "the reader has read %,d, sent were %,d".formatted(read, load.messages()));
    }
    taker.verify();
  }

  @Override
  public void close() throws IOException {
    taker.close();
  }
}
