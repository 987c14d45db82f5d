// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException.PanicException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable log of one partition.
 *
 * <p>{@link #write} and {@link #inFlight} belong to the writer thread. Any thread may call
 * everything else. Each opening takes a new epoch, in the store itself. A process that opened the
 * store before is {@linkplain StoreException.Fenced fenced} at its next write.
 */
public final class PartitionStore implements BlockSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionStore.class);

  private static final long NOT_KNOWN = -1;

  private final StoreConfig config;
  private final Path directory;
  private final String place;
  private final long epoch;
  private final StoreCapacity capacity;
  private final OffsetWaiters waiters;
  private volatile LogExtent extent;

  /**
   * Guards {@link #close} against {@link #reopen}. Only the writer thread replaces the environment.
   */
  private final Object lock = new Object();

  private volatile StoreEnvironment environment;
  private volatile boolean closed;

  // Of the writer thread.
  private boolean writing;
  private boolean failed;

  /** Whether the last commit ended in an error. */
  private boolean commitFailed;

  /** The last transaction whose outcome is in memory. */
  private long transaction;

  private PartitionStore(StoreConfig config, StoreOpening opening) {
    this.config = config;
    this.directory = opening.directory();
    this.place = directory.toString();
    this.environment = opening.environment();
    StoreState state = opening.state();
    this.epoch = state.epoch();
    this.extent = state.extent();
    this.transaction = opening.transaction();
    this.waiters = new OffsetWaiters(extent.next());
    this.capacity =
        new StoreCapacity(
            StoreLimits.of(config.maxBytes(), environment.pageSize()), state.liveBytes());
  }

  /**
   * Opens the store of a partition, or creates it, and takes a new epoch.
   *
   * @throws StoreException.Foreign when it belongs to another source or partition
   * @throws StoreException.Outdated when its next offset is below {@link StoreConfig#firstOffset}
   * @throws StoreException.Damaged when the file is not what was written
   * @throws StoreException.Unusable when it is open in this JVM, or cannot be read and written
   */
  public static PartitionStore open(StoreConfig config) {
    return new PartitionStore(config, StoreOpening.open(config));
  }

  /**
   * Whether a store has been created in {@code directory}. It may belong to another source, and it
   * may be damaged.
   */
  public static boolean exists(Path directory) {
    return StoreDirectory.holdsStore(directory);
  }

  /** Where the store's files are. */
  public Path directory() {
    return directory;
  }

  /** Makes the names of the files beside the store durable. */
  public void syncDirectory() throws IOException {
    StoreDirectory.sync(directory);
  }

  /** What the store holds durably. */
  public LogExtent extent() {
    return extent;
  }

  /** Fencing number of this opening: 1 for the first one of a store. */
  public long epoch() {
    return epoch;
  }

  /** Bytes of disk that the blocks take, in whole pages. */
  public long liveBytes() {
    return capacity.liveBytes();
  }

  /**
   * Whether an append is worth an attempt. False from the moment when something did not fit until
   * enough has been trimmed.
   */
  public boolean hasRoom() {
    return capacity.hasRoom();
  }

  /**
   * Allows another append to a store without room, if it lacks not space but consecutive pages:
   * pages that readers keep become free without a trim. Belongs to the writer thread.
   */
  public void retryFragmented() {
    capacity.retryFragmented();
  }

  /**
   * Most bytes that a single block may have, as {@link
   * io.github.mqttpartitioned.block.BlockBuilder#encodedLength} counts them.
   */
  public long maxBlockBytes() {
    return capacity.limits().largestBlock() - capacity.limits().pageSize();
  }

  /** A copy of the durable ids in flight. */
  public InFlightIds inFlight() {
    return environment.inFlight().copy();
  }

  @Override
  public List<DeadLetter> deadLetters() {
    StoreEnvironment current = use();
    try (Txn<ByteBuffer> txn = current.beginRead()) {
      return current.deadLetters().list(txn);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", place);
    } finally {
      current.release();
    }
  }

  /**
   * Begins the write transaction. Waits while another process writes to the store.
   *
   * @throws StoreException.Fenced when another process has opened the store since
   * @throws StoreException.Unusable when the store has been closed, or its disk fails
   * @throws IllegalStateException when the writer before has not been closed
   */
  public StoreWriter write() {
    if (writing) {
      throw new IllegalStateException("store %s has an open writer already".formatted(place));
    }
    if (failed) {
      reopen();
    }
    StoreEnvironment current = use();
    Txn<ByteBuffer> txn = null;
    try {
      txn = current.beginWrite();
      StoreState found = current.state().read(txn);
      if (found.epoch() != epoch) {
        throw StoreException.fenced(config.partition(), place, epoch, found.epoch());
      }
      if (txn.getId() != transaction + 1) {
        // A commit ended in an error, but it is durable.
        current.inFlight().load(txn);
        publish(found, txn.getId() - 1);
      }
      StoreWriter writer = new StoreWriter(this, current, txn, found);
      writing = true;
      return writer;
    } catch (LmdbException e) {
      failed = e instanceof PanicException;
      end(current, txn);
      throw LmdbErrors.translate(e, "write to", place);
    } catch (RuntimeException | Error e) {
      end(current, txn);
      throw e;
    }
  }

  /**
   * Checks that this process may still write. Belongs to the writer thread.
   *
   * @throws StoreException.Fenced when another process has opened the store since
   * @throws StoreException.Unusable as for {@link #write}
   */
  public void requireHeld() {
    write().close();
  }

  /**
   * {@inheritDoc}
   *
   * @throws LostStoreException when the range begins before the first offset of the store
   * @throws StoreException.Missing when the store does not hold the whole range. The cursor throws
   *     it, too, when the range is trimmed while it is read
   * @throws StoreException.Unusable when the store has been closed
   */
  @Override
  public BlockCursor read(OffsetRange range) {
    return read(range, Duration.ZERO);
  }

  @Override
  public BlockCursor read(OffsetRange range, Duration hold) {
    LogExtent held = extent;
    if (range.from() < held.first()) {
      throw LostStoreException.of(config.partition(), range, place, held.first());
    }
    if (!held.covers(range)) {
      throw StoreException.missing(config.partition(), range, held, place);
    }
    return new StoreCursor(use(), place, config.partition(), range, hold);
  }

  /**
   * {@inheritDoc}
   *
   * @throws StoreException.Missing as {@link #requireReached} says
   */
  @Override
  public long awaitBeyond(long offset, Duration limit) throws InterruptedException {
    requireReached(offset);
    return waiters.await(offset, limit);
  }

  /**
   * Checks that the store has come to an offset. One that has not is another one than what was read
   * before: the store of a lost host has been replaced.
   *
   * @param offset behind the last message known
   * @throws StoreException.Missing when the next offset is lower
   */
  public void requireReached(long offset) {
    LogExtent held = extent;
    if (offset > held.next()) {
      throw StoreException.missing(
          config.partition(), new OffsetRange(held.next(), offset), held, place);
    }
  }

  /** Those that wait for messages that the store does not hold yet. */
  public OffsetWaiters waiters() {
    return waiters;
  }

  /**
   * Closes the store. Closing twice is fine. Cursors and a writer that are open can still be used.
   * The last of them that is closed unmaps the file.
   */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      environment.close(() -> OpenStores.release(directory));
    }
    waiters.close(StoreException.closed(config.partition(), place));
    LOG.info("Partition {} has closed store {}: offsets {}", config.partition(), place, extent);
  }

  /**
   * Opens the environment again. After an error within a commit LMDB refuses to use the old one.
   *
   * @throws StoreException.Unusable while readers still use the old one
   */
  void reopen() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      failed = true;
      environment.close(() -> {});
      if (!environment.isClosed()) {
        throw StoreException.awaitingReaders(config.partition(), place);
      }
      FaultPoint.REOPENING.reached();
      environment = StoreOpening.reopen(directory, config);
      transaction = NOT_KNOWN;
      failed = false;
    }
    LOG.warn(
        "Partition {} has opened store {} again after a disk error", config.partition(), place);
  }

  /** The environment. The caller becomes a user and must release it. */
  private StoreEnvironment use() {
    StoreEnvironment current = environment;
    if (!closed && current.retain()) {
      return current;
    }
    throw closed
        ? StoreException.closed(config.partition(), place)
        : StoreException.awaitingReaders(config.partition(), place);
  }

  // What follows is for the writer.

  StoreEnvironment environment() {
    return environment;
  }

  StoreConfig config() {
    return config;
  }

  String place() {
    return place;
  }

  StoreCapacity capacity() {
    return capacity;
  }

  /** Notes that a commit has ended in an error. */
  void commitFailed() {
    commitFailed = true;
    StoreDirectory.noteFailedCommit(directory);
  }

  void commitSucceeded() {
    if (commitFailed) {
      commitFailed = false;
      StoreDirectory.forgetFailedCommit(directory);
    }
  }

  /** Shows to readers what a commit has made durable. */
  void publish(StoreState state, long committed) {
    transaction = committed;
    capacity.committed(state.liveBytes());
    extent = state.extent();
    waiters.stored(state.next());
  }

  /** Ends a write, whether it is committed or not. */
  void end(StoreEnvironment used, @Nullable Txn<ByteBuffer> txn) {
    writing = false;
    used.inFlight().rollBack();
    try {
      if (txn != null) {
        txn.close();
      }
    } finally {
      used.release();
    }
  }

  /**
   * Makes freed pages usable after a write.
   *
   * <p>Pages that a commit frees can be used by the second commit after it. In a file with few
   * unused pages, an append right after a trim would find no room, so a commit is put in between.
   * Entries that are not blocks stay where they are, scattered over the file, as blocks come and
   * go. If an empty store has no consecutive pages for a large block, they are moved to the front.
   *
   * @param settle whether the write has freed pages that the next one may need
   */
  void tidy(boolean settle) {
    try {
      FaultPoint.TIDYING.reached();
      if (capacity.takeFragmented()) {
        commit(StoreWriter::touch);
        commit(StoreWriter::gather);
        commit(StoreWriter::touch);
      } else if (settle) {
        commit(StoreWriter::touch);
      }
    } catch (StoreException e) {
      // The write itself is durable. If the problem lasts, the next write reports it.
      LOG.debug("Partition {} cannot free pages of store {}", config.partition(), place, e);
    }
  }

  private void commit(Consumer<StoreWriter> change) {
    try (StoreWriter writer = write()) {
      change.accept(writer);
      writer.commit();
    }
  }
}
