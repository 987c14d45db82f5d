// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.LostStoreException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.mqtt.InFlightIds;
import io.github.mqttpartitioned.store.lmdb.LmdbErrors;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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
 * <p>{@link #write} and {@link #inFlight} belong to the writer thread; everything else may be
 * called by any thread. Each opening takes a new epoch, in the store itself: a holder that had it
 * before, in another process, finds itself {@linkplain StoreException.Fenced fenced} at its next
 * write.
 */
public final class PartitionStore implements BlockSource, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionStore.class);

  private static final long NOT_KNOWN = -1;

  private final StoreConfig config;
  private final Path directory;
  private final String place;
  private final long epoch;
  private final StoreCapacity room;
  private volatile LogExtent extent;

  /** Guards closing against opening anew; the writer thread alone replaces the environment. */
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
    this.room =
        new StoreCapacity(
            StoreLimits.of(config.maxBytes(), environment.pageSize()), state.liveBytes());
  }

  /**
   * Opens the store of a partition, or creates it, and takes a new epoch.
   *
   * @throws StoreException.Foreign when it belongs to another source or partition
   * @throws StoreException.Outdated when it ends before the offset that it is to begin with at
   *     least
   * @throws StoreException.Damaged when the file is not what was written
   * @throws StoreException.Unusable when it is open in this JVM, or cannot be read and written
   */
  public static PartitionStore open(StoreConfig config) {
    return new PartitionStore(config, StoreOpening.open(config));
  }

  /**
   * Whether a store has been created in {@code directory}. Says nothing about whose it is and
   * whether it can be opened.
   */
  public static boolean exists(Path directory) {
    return StoreDirectory.holdsStore(directory);
  }

  /** What the store holds durably. */
  public LogExtent extent() {
    return extent;
  }

  /** Fencing number of this holder: 1 for the first one of a store. */
  public long epoch() {
    return epoch;
  }

  /** Bytes of disk that the blocks take, in whole pages. */
  public long liveBytes() {
    return room.liveBytes();
  }

  /**
   * Whether appending is worth a try: false from when something did not fit until enough has been
   * trimmed.
   */
  public boolean hasRoom() {
    return room.hasRoom();
  }

  /**
   * Lets a store without room be tried again, if it lacks not space but pages side by side: those
   * that readers keep come back without a trim. Belongs to the writer thread.
   */
  public void retryScattered() {
    room.retryScattered();
  }

  /**
   * Most bytes, as {@link io.github.mqttpartitioned.block.BlockBuilder#encodedLength} counts them,
   * that a single block may have.
   */
  public long maxBlockBytes() {
    return room.limits().largestBlock() - room.limits().pageSize();
  }

  /** A copy of the durable ids in flight. */
  public InFlightIds inFlight() {
    return environment.inFlight().copy();
  }

  /** The dead letters that are still kept, oldest first. */
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
   * Begins the write transaction. While another process writes to the store, waits for it.
   *
   * @throws StoreException.Fenced when another holder has opened the store since
   * @throws StoreException.Unusable when the store has been closed, or its disk fails
   * @throws IllegalStateException when the writer before has not been closed
   */
  public StoreWriter write() {
    if (writing) {
      throw new IllegalStateException("store " + place + " has an open writer already");
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
        // A commit that ended in an error was durable all the same.
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
   * Looks whether this holder may still write. Belongs to the writer thread.
   *
   * @throws StoreException.Fenced when another holder has opened the store since
   * @throws StoreException.Unusable as for {@link #write}
   */
  public void requireHeld() {
    write().close();
  }

  /**
   * {@inheritDoc}
   *
   * @throws LostStoreException when it begins before the store did
   * @throws StoreException.Missing when the range is not held completely; also by the cursor, when
   *     the range is trimmed while it is read
   * @throws StoreException.Unusable when the store has been closed
   */
  @Override
  public BlockCursor read(OffsetRange range) {
    LogExtent held = extent;
    if (range.from() < held.first()) {
      throw LostStoreException.of(config.partition(), range, place, held.first());
    }
    if (!held.covers(range)) {
      throw StoreException.missing(config.partition(), range, held, place);
    }
    return new StoreCursor(use(), place, config.partition(), range);
  }

  /**
   * Ends the use of the store; closing twice is fine. Cursors and a writer that are open go on, and
   * the last of them to be closed unmaps the file.
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
    LOG.info("Closed store {} of partition {}: offsets {}", place, config.partition(), extent);
  }

  /**
   * Opens the environment anew: after an error in the midst of a commit LMDB does not go on with
   * the one that there was.
   *
   * @throws StoreException.Unusable while readers still use that one
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
    LOG.warn("Opened store {} of partition {} anew after a disk error", place, config.partition());
  }

  /** The environment, of which the caller is a user from now on. */
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

  public StoreEnvironment environment() {
    return environment;
  }

  StoreConfig config() {
    return config;
  }

  String place() {
    return place;
  }

  StoreCapacity room() {
    return room;
  }

  /** Takes note of a commit that has ended in an error. */
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

  /** Makes known what a commit has made durable. */
  void publish(StoreState state, long committed) {
    transaction = committed;
    room.committed(state.liveBytes());
    extent = state.extent();
  }

  /** Ends a write, committed or not. */
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
   * Makes freed pages usable, after a write.
   *
   * <p>Pages that one commit frees can be used from the next but one on. In a file without many
   * unused pages an append right after a trim would find no room, so a commit is put in between.
   * And what is not a block stays where it is, scattered over the file as blocks come and go; when
   * an empty store has no consecutive pages for a large block, it is gathered at the front.
   *
   * @param settle whether pages were freed that may be needed at once
   */
  void tidy(boolean settle) {
    try {
      FaultPoint.TIDYING.reached();
      if (room.takeScattered()) {
        commit(StoreWriter::touch);
        commit(StoreWriter::gather);
        commit(StoreWriter::touch);
      } else if (settle) {
        commit(StoreWriter::touch);
      }
    } catch (StoreException e) {
      // What was to be durable is. If it matters, the next write meets it again.
      LOG.debug("Cannot tidy store {}", place, e);
    }
  }

  private void commit(Consumer<StoreWriter> change) {
    try (StoreWriter writer = write()) {
      change.accept(writer);
      writer.commit();
    }
  }
}
