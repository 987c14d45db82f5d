// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreReader;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * The store of a partition, to be read only. It takes no epoch and changes nothing. Another process
 * may write to the store meanwhile, and this view shows what it commits.
 *
 * <p>All views of a store in a JVM share one environment. A caller that wants to write in this JVM
 * has precedence: when it fails to claim the store, the view's cursors end at the next block with
 * {@link StoreException.Unusable}.
 *
 * <p>Thread-safe.
 */
public final class StoreView implements BlockSource, AutoCloseable {

  /** Views by the real path of the store. Guards itself and {@link #users}. */
  private static final Map<Path, StoreView> OPEN = new HashMap<>();

  private final Path directory;
  private final StoreState state;
  private final StoreEnvironment environment;
  private int users;

  private StoreView(Path directory, StoreEnvironment environment, StoreState state) {
    this.directory = directory;
    this.environment = environment;
    this.state = state;
  }

  /**
   * Opens a store that exists. The caller closes the view.
   *
   * @param sourceId of the source that the store must belong to
   * @param partition that the store must belong to
   * @throws StoreException.Foreign when it belongs to another source or partition
   * @throws StoreException.Damaged when the file is not what was written
   * @throws StoreException.Unusable when this JVM writes to it, or it cannot be read
   */
  public static StoreView open(Path directory, String sourceId, int partition) {
    synchronized (OPEN) {
      Path real = realPath(directory);
      StoreView view = OPEN.get(real);
      if (view == null) {
        OpenStores.claimView(real);
        try {
          view = openIn(real);
        } catch (RuntimeException | Error e) {
          OpenStores.release(real);
          throw e;
        }
        OPEN.put(real, view);
      }
      view.users++;
      if (!view.state.sourceId().equals(sourceId) || view.state.partition() != partition) {
        StoreState found = view.state;
        view.close();
        throw StoreException.foreign(sourceId, partition, real.toString(), found);
      }
      return view;
    }
  }

  private static Path realPath(Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw StoreException.unusable("find", directory.toString(), e.toString(), e);
    }
  }

  private static StoreView openIn(Path directory) {
    StoreEnvironment environment = null;
    try {
      environment = StoreEnvironment.openReadOnly(directory);
      try (Txn<ByteBuffer> txn = environment.beginRead()) {
        return new StoreView(directory, environment, environment.state().read(txn));
      }
    } catch (LmdbException e) {
      if (environment != null) {
        environment.close(() -> {});
      }
      throw LmdbErrors.translate(e, "open", directory.toString());
    } catch (LinkageError e) {
      throw StoreException.libraryMissing(directory.toString(), e);
    }
  }

  /** What the store holds durably now. */
  public LogExtent extent() {
    use();
    StoreReader reader = null;
    try {
      reader = environment.borrowReader();
      reader.refresh();
      return reader.state().extent();
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", directory.toString());
    } finally {
      if (reader != null) {
        reader.reset();
        environment.giveBack(reader);
      }
      environment.release();
    }
  }

  @Override
  public List<DeadLetter> deadLetters() {
    use();
    try (Txn<ByteBuffer> txn = environment.beginRead()) {
      return environment.deadLetters().list(txn);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", directory.toString());
    } finally {
      environment.release();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws StoreException.Missing when the store does not hold the whole range. The cursor throws
   *     it, too, when the range is trimmed while it is read
   * @throws StoreException.Unusable when the view is closed, or this JVM wants to write
   */
  @Override
  public BlockCursor read(OffsetRange range) {
    return read(range, Duration.ZERO);
  }

  @Override
  public BlockCursor read(OffsetRange range, Duration hold) {
    LogExtent held = extent();
    if (!held.covers(range)) {
      throw StoreException.missing(state.partition(), range, held, directory.toString());
    }
    use();
    BlockCursor blocks =
        new StoreCursor(environment, directory.toString(), state.partition(), range, hold);
    return new BlockCursor() {
      @Override
      public @Nullable Block next() {
        requireNotWanted();
        return blocks.next();
      }

      @Override
      public void close() {
        blocks.close();
      }
    };
  }

  private void requireNotWanted() {
    if (OpenStores.isWanted(directory)) {
      throw StoreException.closed(state.partition(), directory.toString());
    }
  }

  private void use() {
    requireNotWanted();
    if (!environment.retain()) {
      throw StoreException.closed(state.partition(), directory.toString());
    }
  }

  /** Ends this use of the view. The last one closes the environment when its cursors are closed. */
  @Override
  public void close() {
    synchronized (OPEN) {
      users--;
      if (users == 0) {
        OPEN.remove(directory);
        environment.close(() -> OpenStores.release(directory));
      }
    }
  }
}
