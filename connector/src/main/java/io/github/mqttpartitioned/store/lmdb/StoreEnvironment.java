// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Meta;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open LMDB environment and its four databases. Its users share it. The last one that releases
 * it closes it, so the memory map never goes away under a reader.
 *
 * <p>Every method throws an {@link LmdbException} when LMDB reports an error.
 *
 * <p>Thread-safe, except {@link #beginWrite}, which belongs to the writer thread.
 */
public final class StoreEnvironment {

  /** Name of the file in the environment's directory that holds everything durable. */
  public static final String DATA_FILE = DataFile.NAME;

  private static final Logger LOG = LoggerFactory.getLogger(StoreEnvironment.class);

  private static final int MAX_READERS = 1024;
  private static final int MAX_IDLE_READERS = 16;
  private static final int DATABASES = 4;
  private static final int OWNER_ONLY = 0600;

  /** How often the writer looks for readers of other processes that were killed. */
  private static final Duration READER_CHECK = Duration.ofSeconds(5);

  /** Addresses, not memory: the file may grow while it is read. */
  private static final long READ_MAP_BYTES = 1L << 40;

  private final Env<ByteBuffer> env;
  private final StateTable state;
  private final BlockTable blocks;
  private final InFlightTable inFlight;
  private final DeadLetterTable deadLetters;
  private final int pageSize;
  private final DataFile file;
  private final boolean lengthened;

  /** When readers were last looked at. Of the writer thread. */
  private long readersChecked = System.nanoTime();

  /** Guards what follows. */
  private final Object lock = new Object();

  /** Starts at 1 for the opener. At 0 the environment is closed. */
  private int users = 1;

  private boolean openerGone;
  private Runnable whenClosed = () -> {};
  private final ArrayDeque<StoreReader> idleReaders = new ArrayDeque<>();

  private StoreEnvironment(Env<ByteBuffer> env, DataFile file, boolean lengthened) {
    this.env = env;
    this.file = file;
    this.lengthened = lengthened;
    this.pageSize = env.stat().pageSize;
    try (Txn<ByteBuffer> txn = env.isReadOnly() ? env.txnRead() : env.txnWrite()) {
      state = new StateTable(database(txn, "meta"));
      blocks = new BlockTable(database(txn, "blocks"));
      inFlight = new InFlightTable(database(txn, "inflight"));
      deadLetters = new DeadLetterTable(database(txn, "set-aside"));
      txn.commit();
    }
  }

  private Dbi<ByteBuffer> database(Txn<ByteBuffer> txn, String name) {
    DbiFlags[] flags = env.isReadOnly() ? new DbiFlags[0] : new DbiFlags[] {DbiFlags.MDB_CREATE};
    return env.openDbi(txn, name.getBytes(US_ASCII), null, false, flags);
  }

  /**
   * Opens the environment in {@code directory}, or creates it.
   *
   * @param mapBytes size of the memory map; a larger file gets a larger map
   * @throws DamagedException when the file is empty, or shorter than it was
   * @throws LmdbException when the file is not an environment or cannot be opened
   * @throws LinkageError when LMDB's library cannot be loaded into this JVM
   */
  public static StoreEnvironment open(Path directory, long mapBytes) {
    Env<ByteBuffer> env = null;
    try {
      DataFile file = new DataFile(directory);
      env = openEnv(directory, file.mapBytes(mapBytes));
      boolean lengthened = file.ensureWhole(env);
      env.readerCheck();
      file.opened();
      return new StoreEnvironment(env, file, lengthened);
    } catch (LmdbException e) {
      if (env != null) {
        env.close();
      }
      throw e;
    }
  }

  /**
   * Opens an existing environment to read it, beside the process that writes to it, if there is
   * one. LMDB's lock file must be writable: a reader is registered there, so that the writer leaves
   * the pages of its snapshot alone.
   *
   * @throws DamagedException when the file is empty, or shorter than it was
   * @throws LmdbException when the file is not an environment or cannot be opened
   * @throws LinkageError when LMDB's library cannot be loaded into this JVM
   */
  public static StoreEnvironment openReadOnly(Path directory) {
    Env<ByteBuffer> env = null;
    try {
      DataFile file = new DataFile(directory);
      env = openEnv(directory, file.mapBytes(READ_MAP_BYTES), EnvFlags.MDB_RDONLY_ENV);
      file.requireWhole(env);
      env.readerCheck();
      file.opened();
      return new StoreEnvironment(env, file, false);
    } catch (LmdbException e) {
      if (env != null) {
        env.close();
      }
      throw e;
    }
  }

  private static Env<ByteBuffer> openEnv(Path directory, long mapBytes, EnvFlags... more) {
    EnvFlags[] flags = Arrays.copyOf(more, more.length + 1);
    flags[more.length] = EnvFlags.MDB_NOTLS;
    loadLibrary();
    NativeHeap.keepFreed();
    return Env.create()
        .setMapSize(mapBytes)
        .setMaxDbs(DATABASES)
        .setMaxReaders(MAX_READERS)
        .open(directory.toFile(), OWNER_ONLY, flags);
  }

  /**
   * Loads LMDB's library, which the first call unpacks. Other callers wait for it.
   *
   * <p>lmdbjava looks the library up with the thread's class loader, and a thread of Spark may have
   * a class loader that does not know lmdbjava.
   *
   * @throws LinkageError when LMDB's library cannot be loaded into this JVM
   */
  public static synchronized void loadLibrary() {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(StoreEnvironment.class.getClassLoader());
    try {
      LOG.debug("LMDB {}", Meta.version());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  public StateTable state() {
    return state;
  }

  public BlockTable blocks() {
    return blocks;
  }

  public InFlightTable inFlight() {
    return inFlight;
  }

  public DeadLetterTable deadLetters() {
    return deadLetters;
  }

  public int pageSize() {
    return pageSize;
  }

  /** Whether the file lacked its last pages. They are zeros now, and nothing may lie there. */
  public boolean lengthened() {
    return lengthened;
  }

  /** Bytes of the file that have ever been in use. Pages that were freed among them are reused. */
  public long usedBytes() {
    return (env.info().lastPageNumber + 1) * pageSize;
  }

  /**
   * Checks that the next opening finds what is written now.
   *
   * @throws DamagedException when the file has been removed or replaced
   */
  public void requireInPlace() {
    file.requireInPlace();
  }

  /**
   * Begins the write transaction. Waits while another process has one. The caller must be a user.
   *
   * <p>Now and then it first forgets readers whose process was killed: the pages of their snapshots
   * could never be used again.
   */
  public Txn<ByteBuffer> beginWrite() {
    long now = System.nanoTime();
    if (now - readersChecked >= READER_CHECK.toNanos()) {
      readersChecked = now;
      env.readerCheck();
    }
    return env.txnWrite();
  }

  /** Begins a read transaction. The caller must be a user. */
  public Txn<ByteBuffer> beginRead() {
    return env.txnRead();
  }

  /**
   * Adds a user.
   *
   * @return false when the environment is closed
   */
  public boolean retain() {
    synchronized (lock) {
      if (users == 0) {
        return false;
      }
      users++;
      return true;
    }
  }

  /** Removes a user. The last one closes the environment. */
  public void release() {
    Runnable after;
    synchronized (lock) {
      if (--users > 0) {
        return;
      }
      idleReaders.forEach(StoreReader::close);
      idleReaders.clear();
      env.close();
      after = whenClosed;
    }
    after.run();
  }

  /**
   * Removes the opener, the first time that it is called.
   *
   * @param afterwards runs when the last user is gone, which may be now
   */
  public void close(Runnable afterwards) {
    boolean closedBefore;
    boolean first;
    synchronized (lock) {
      closedBefore = users == 0;
      first = !openerGone;
      openerGone = true;
      whenClosed = afterwards;
    }
    if (closedBefore) {
      afterwards.run();
    } else if (first) {
      release();
    }
  }

  /**
   * Closes the environment after a failed opening, and removes the zeros that the opening added to
   * the file. Belongs to the opener.
   */
  public void closeDamaged() {
    close(() -> {});
    if (lengthened) {
      file.restore();
    }
  }

  public boolean isClosed() {
    synchronized (lock) {
      return users == 0;
    }
  }

  /** A reader without a snapshot, see {@link StoreReader#refresh}. The caller must be a user. */
  public StoreReader borrowReader() {
    synchronized (lock) {
      StoreReader idle = idleReaders.poll();
      if (idle != null) {
        return idle;
      }
    }
    return new StoreReader(this);
  }

  /** Takes a reader back that has released its snapshot. */
  public void giveBack(StoreReader reader) {
    synchronized (lock) {
      if (idleReaders.size() < MAX_IDLE_READERS) {
        idleReaders.push(reader);
        return;
      }
    }
    reader.close();
  }
}
