package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.BlockSource;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.model.LogExtent;
import io.github.mqttpartitioned.model.OffsetRange;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
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
  private final StoreLimits limits;
  private final long epoch;

  /** Guards closing against opening anew; the environment is replaced by the writer alone. */
  private final Object lock = new Object();

  private volatile StoreEnvironment environment;
  private volatile boolean closed;

  private volatile LogExtent extent;
  private volatile long liveBytes;

  /** There is room while no more than this is live: lowered when something did not fit. */
  private volatile long roomBelow = Long.MAX_VALUE;

  // Of the writer thread.
  private BlockTable blocks;
  private final InFlightTable inFlight;
  private SetAsideTable setAside;
  private boolean writing;
  private boolean failed;

  /** The last transaction that is known to be in the state that is in memory. */
  private long transaction;

  private PartitionStore(StoreConfig config, Path directory, StoreEnvironment environment) {
    this.config = config;
    this.directory = directory;
    this.place = directory.toString();
    this.environment = environment;
    this.limits = StoreLimits.of(config.maxBytes(), environment.pageSize());
    this.blocks = new BlockTable(environment.blocks());
    this.inFlight = new InFlightTable(environment.inFlight(), place);
    this.setAside = new SetAsideTable(environment.setAside());
    try (Txn<ByteBuffer> txn = environment.beginWrite()) {
      StoreState found = stateIn(environment, txn);
      if (!found.sourceId().equals(config.sourceId()) || found.partition() != config.partition()) {
        throw StoreException.foreign(config, place, found);
      }
      if (environment.lengthened()) {
        verifyAll(found);
      }
      inFlight.load(txn);
      StoreState taken = found.withEpoch(found.epoch() + 1);
      StateTable.write(environment.meta(), txn, taken);
      transaction = txn.getId();
      txn.commit();
      this.epoch = taken.epoch();
      this.extent = taken.extent();
      this.liveBytes = taken.liveBytes();
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "open", place);
    }
  }

  /**
   * Opens the store of a partition, or creates it, and takes a new epoch.
   *
   * @throws StoreException.Foreign when it belongs to another source or partition
   * @throws StoreException.Damaged when the file is not what was written
   * @throws StoreException.Unusable when it is open in this JVM, or cannot be read and written
   */
  public static PartitionStore open(StoreConfig config) {
    Path directory = StoreDirectory.prepare(config.directory());
    OpenStores.claim(
        directory, "partition " + config.partition() + " of source " + config.sourceId());
    try {
      boolean isNew = !StoreDirectory.holdsStore(directory);
      if (isNew) {
        StoreDirectory.create(directory, creating -> createIn(creating, config));
      }
      StoreEnvironment environment =
          StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
      PartitionStore store = openIn(environment, config, directory);
      LOG.info(
          "{} store {} of partition {}: offsets {}, epoch {}, {} in use of {}",
          isNew ? "Created" : "Opened",
          directory,
          config.partition(),
          store.extent,
          store.epoch,
          StoreException.bytes(store.liveBytes),
          StoreException.bytes(config.maxBytes()));
      return store;
    } catch (RuntimeException | Error e) {
      OpenStores.release(directory);
      throw e;
    }
  }

  private static PartitionStore openIn(
      StoreEnvironment environment, StoreConfig config, Path directory) {
    try {
      return new PartitionStore(config, directory, environment);
    } catch (RuntimeException | Error e) {
      environment.closeDamaged();
      throw e;
    }
  }

  private static void createIn(Path directory, StoreConfig config) {
    StoreEnvironment environment =
        StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
    try (Txn<ByteBuffer> txn = environment.beginWrite()) {
      long first = config.firstOffset();
      StateTable.write(
          environment.meta(),
          txn,
          new StoreState(config.sourceId(), config.partition(), 0, first, first, 0));
      txn.commit();
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "create", directory.toString());
    } finally {
      environment.close(() -> {});
    }
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
    return liveBytes;
  }

  /**
   * Whether appending is worth a try: false from when something did not fit until enough has been
   * trimmed.
   */
  public boolean hasRoom() {
    return liveBytes <= roomBelow;
  }

  /**
   * Most bytes, as {@link io.github.mqttpartitioned.block.BlockBuilder#encodedLength} counts them,
   * that a single block may have.
   */
  public long maxBlockBytes() {
    return limits.largestBlock() - limits.pageSize();
  }

  /** A copy of the durable ids in flight. */
  public InFlightIds inFlight() {
    return inFlight.copy();
  }

  /** The packets set aside that are still kept, oldest first. */
  public List<SetAsidePacket> setAside() {
    StoreEnvironment current = use();
    try (Txn<ByteBuffer> txn = current.beginRead()) {
      return SetAsideTable.list(current.setAside(), txn);
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
      StoreState found = stateIn(current, txn);
      if (found.epoch() != epoch) {
        throw StoreException.fenced(config.partition(), place, epoch, found.epoch());
      }
      if (txn.getId() != transaction + 1) {
        // A commit that ended in an error was durable all the same.
        inFlight.load(txn);
        publish(found, txn.getId() - 1);
      }
      StoreWriter writer = new StoreWriter(this, current, txn, found);
      writing = true;
      return writer;
    } catch (LmdbException e) {
      failed |= e instanceof PanicException;
      end(current, txn);
      throw LmdbErrors.translate(e, "write to", place);
    } catch (RuntimeException | Error e) {
      end(current, txn);
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws StoreException.Missing when the range is not held completely; also by the cursor, when
   *     the range is trimmed while it is read
   * @throws StoreException.Unusable when the store has been closed
   */
  @Override
  public BlockCursor read(OffsetRange range) {
    LogExtent held = extent;
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
      StoreEnvironment reopened =
          StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
      blocks = new BlockTable(reopened.blocks());
      setAside = new SetAsideTable(reopened.setAside());
      inFlight.moveTo(reopened.inFlight());
      transaction = NOT_KNOWN;
      environment = reopened;
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

  private StoreState stateIn(StoreEnvironment current, Txn<ByteBuffer> txn) {
    StoreState state = StateTable.read(current.meta(), txn, place);
    if (state == null) {
      throw StoreException.damaged(place, "it has no state record");
    }
    return state;
  }

  /** Reads every block, because pages that the file lacked may have been one's. */
  private void verifyAll(StoreState state) {
    if (!environment.retain()) {
      throw new AssertionError("closed while it is opened");
    }
    try (StoreCursor cursor =
        new StoreCursor(
            environment,
            place,
            config.partition(),
            new OffsetRange(state.earliest(), state.next()))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        block.verify();
      }
    } catch (CorruptBlockException e) {
      throw StoreException.damaged(place, "its file is shorter than it was", e);
    }
  }

  // What follows is for the writer.

  int partition() {
    return config.partition();
  }

  String place() {
    return place;
  }

  long maxBytes() {
    return config.maxBytes();
  }

  StoreLimits limits() {
    return limits;
  }

  BlockTable blocks() {
    return blocks;
  }

  InFlightTable inFlightTable() {
    return inFlight;
  }

  SetAsideTable setAsideTable() {
    return setAside;
  }

  /** Makes known what a commit has made durable. */
  void publish(StoreState state, long committed) {
    transaction = committed;
    liveBytes = state.liveBytes();
    extent = state.extent();
    if (hasRoom()) {
      roomBelow = Long.MAX_VALUE;
    }
  }

  /**
   * Notes that something did not fit.
   *
   * @param live bytes beyond which it cannot fit
   */
  void full(long live) {
    roomBelow = Math.max(0, Math.min(live, limits.capacity() / 8 * 7));
  }

  /**
   * Commits once more. Pages that one commit frees can be used from the next but one on; in a file
   * without many unused pages an append right after a trim would find no room.
   */
  void settle() {
    try (StoreWriter writer = write()) {
      writer.touch();
      writer.commit();
    } catch (StoreException e) {
      // What was to be durable is. If it matters, the next write meets it again.
      LOG.debug("Cannot settle store {}", place, e);
    }
  }

  /** Ends a write, committed or not. */
  void end(StoreEnvironment used, @Nullable Txn<ByteBuffer> txn) {
    writing = false;
    inFlight.rollBack();
    try {
      if (txn != null) {
        txn.close();
      }
    } finally {
      used.release();
    }
  }
}
