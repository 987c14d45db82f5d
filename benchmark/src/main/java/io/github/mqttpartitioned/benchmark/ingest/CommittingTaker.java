// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.testkit.BareSubscriber;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

/**
 * The limit of what is durable: a bare reader that puts the packets of each read into LMDB as they
 * are, PUBREL packets too, commits, and then acknowledges them. It keeps the newest of them, about
 * as much as a store holds while Spark reads, so that pages are used again.
 */
public final class CommittingTaker implements Taker {

  private static final int KEPT = 128;
  private static final long MAP_BYTES = 1L << 30;

  private final Load load;
  private final Env<ByteBuffer> env;
  private final Dbi<ByteBuffer> packets;
  private final BareSubscriber subscriber;
  private final AtomicLong commits = new AtomicLong();

  /** Confined to the subscriber's thread. */
  private final ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES);

  private CommittingTaker(String url, Load load, int number, Path directory) {
    this.load = load;
    env = Env.create().setMapSize(MAP_BYTES).open(directory.toFile());
    try {
      packets = env.openDbi("packets", DbiFlags.MDB_CREATE);
      subscriber =
          BareSubscriber.subscribe(
              url,
              "benchmark-committing-" + number,
              Member.FILTER,
              load.qos(),
              load.window(),
              this::commit);
    } catch (RuntimeException e) {
      env.close();
      throw e;
    }
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
    packets.put(key.putLong(commits.get() % KEPT).flip(), read);
    commits.incrementAndGet();
  }

  /** Write transactions so far. */
  public long commits() {
    return commits.get();
  }

  @Override
  public long taken() {
    return subscriber.received();
  }

  /** The newest packets alone are kept, so only their number is looked at. */
  @Override
  public void verify() throws WrongCountException {
    if (taken() != load.messages()) {
      throw new WrongCountException(
          "of %,d messages %,d were committed".formatted(load.messages(), taken()));
    }
  }

  @Override
  public void close() throws IOException {
    subscriber.close();
    env.close();
  }
}
