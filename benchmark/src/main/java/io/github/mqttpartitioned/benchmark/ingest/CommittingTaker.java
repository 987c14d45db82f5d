// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.testkit.BareSubscriber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

/**
 * The limit of what is durable: a bare reader that puts the packets of each read into LMDB as they
 * are, commits, and then acknowledges them. It keeps the newest of them only, so that pages are
 * used again.
 */
public final class CommittingTaker implements Taker {

  private static final int KEPT = 16;
  private static final long MAP_BYTES = 1L << 30;

  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> packets;
  private final BareSubscriber subscriber;

  // Confined to the subscriber's thread.
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.BIG_ENDIAN);
  private long commits;

  private CommittingTaker(String url, Load load, int number, Path directory) {
    env = Env.create().setMapSize(MAP_BYTES).open(directory.toFile());
    packets = env.openDbi("packets", DbiFlags.MDB_CREATE);
    subscriber =
        BareSubscriber.subscribe(
            url,
            "benchmark-committing-" + number,
            Member.FILTER,
            load.qos(),
            load.window(),
            this::commit);
  }

  /**
   * Connects and subscribes.
   *
   * @param number that tells it from others at the same broker
   */
  public static CommittingTaker connect(String url, Load load, int number, Path directory) {
    return new CommittingTaker(url, load, number, directory);
  }

  private void commit(ByteBuffer read) {
    key.clear();
    packets.put(key.putLong(commits++ % KEPT).flip(), read);
  }

  @Override
  public long taken() {
    return subscriber.received();
  }

  @Override
  public void verify() {
    // It keeps only the newest packets.
  }

  @Override
  public void close() throws IOException {
    subscriber.close();
    env.close();
  }
}
