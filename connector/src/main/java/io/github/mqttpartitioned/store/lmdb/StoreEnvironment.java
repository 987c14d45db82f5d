// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.mqttpartitioned.store.StoreException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * An open LMDB environment and its four databases, shared by its users: the memory map goes when
 * the last of them has given it back, never under a reader.
 *
 * <p>Thread-safe but for {@link #beginWrite}, which belongs to the writer thread.
 */
public final class StoreEnvironment {

  private static final int MAX_READERS = 1024;
  private static final int MAX_IDLE_READERS = 16;
  private static final int DATABASES = 4;
  private static final int OWNER_ONLY = 0600;

  private final String place;
  private final Env<ByteBuffer> env;
  private final StateTable state;
  private final BlockTable blocks;
  private final InFlightTable inFlight;
  private final DeadLetterTable deadLetters;
  private final int pageSize;
  private final DataFile file;
  private final boolean lengthened;

  /** Guards what follows. */
  private final Object lock = new Object();

  /** Starts at 1 for the one who opened it; at 0 the environment is closed. */
  private int users = 1;

  private boolean openerGone;
  private Runnable whenClosed = () -> {};
  private final ArrayDeque<StoreReader> idleReaders = new ArrayDeque<>();

  private StoreEnvironment(String place, Env<ByteBuffer> env, DataFile file, boolean lengthened) {
    this.place = place;
    this.env = env;
    this.file = file;
    this.lengthened = lengthened;
    this.pageSize = env.stat().pageSize;
    try (Txn<ByteBuffer> txn = env.txnWrite()) {
      state = new StateTable(database(env, txn, "meta"), place);
      blocks = new BlockTable(database(env, txn, "blocks"));
      inFlight = new InFlightTable(database(env, txn, "inflight"), place);
      deadLetters = new DeadLetterTable(database(env, txn, "set-aside"));
      txn.commit();
    }
  }

  private static Dbi<ByteBuffer> database(Env<ByteBuffer> env, Txn<ByteBuffer> txn, String name) {
    return env.openDbi(txn, name.getBytes(US_ASCII), null, false, DbiFlags.MDB_CREATE);
  }

  /**
   * Opens the environment in {@code directory}, or creates it.
   *
   * @param mapBytes size of the memory map; a file that is larger gets a larger one
   * @throws StoreException.Damaged when the file is not an environment, or shorter than it was
   * @throws StoreException.Unusable when it cannot be opened
   */
  public static StoreEnvironment open(Path directory, long mapBytes) {
    String place = directory.toString();
    Env<ByteBuffer> env = null;
    try {
      DataFile file = new DataFile(directory);
      env = openEnv(directory, file.mapBytes(mapBytes));
      boolean lengthened = file.ensureWhole(env);
      env.readerCheck();
      file.opened();
      return new StoreEnvironment(place, env, file, lengthened);
    } catch (LmdbException e) {
      closeQuietly(env);
      throw LmdbErrors.translate(e, "open", place);
    } catch (StoreException e) {
      closeQuietly(env);
      throw e;
    } catch (LinkageError e) {
      throw StoreException.unusable(
          "open",
          place,
          "LMDB cannot be loaded into this JVM ("
              + e
              + "). It needs --add-opens=java.base/java.nio=ALL-UNNAMED and"
              + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED, which Spark's own scripts give,"
              + " and a java.io.tmpdir that programs may be run from",
          e);
    }
  }

  private static Env<ByteBuffer> openEnv(Path directory, long mapBytes) {
    // The first use unpacks LMDB's library, which lmdbjava looks up with the thread's class loader;
    // a thread of Spark's may have one that does not know lmdbjava.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(StoreEnvironment.class.getClassLoader());
    try {
      NativeHeap.keepFreed();
      return Env.create()
          .setMapSize(mapBytes)
          .setMaxDbs(DATABASES)
          .setMaxReaders(MAX_READERS)
          .open(directory.toFile(), OWNER_ONLY, EnvFlags.MDB_NOTLS);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private static void closeQuietly(@Nullable Env<ByteBuffer> env) {
    if (env != null) {
      env.close();
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

  /** Whether the file lacked its last pages; they are zeros now, and must not hold anything. */
  public boolean lengthened() {
    return lengthened;
  }

  /** Bytes of the file that have ever been in use: what was freed among them is used again. */
  public long usedBytes() {
    return (env.info().lastPageNumber + 1) * pageSize;
  }

  /**
   * Checks that what is written can be found again.
   *
   * @throws StoreException.Damaged when the file has been removed or replaced
   */
  public void requireInPlace() {
    file.requireInPlace();
  }

  /**
   * Begins the one write transaction; waits for that of another process. The caller is a user
   * already.
   */
  public Txn<ByteBuffer> beginWrite() {
    return env.txnWrite();
  }

  /** Begins a read transaction; the caller is a user already. */
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

  /** Takes a user away; the last one closes the environment. */
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
   * Gives up the opener's use, the first time that it is called.
   *
   * @param afterwards runs when the last user has gone, which may be now
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

  /** Closes it for damage found in the place of pages that the file lacked; opener only. */
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

  /** A reader without a snapshot, see {@link StoreReader#refresh}. The caller is a user already. */
  public StoreReader borrowReader() {
    synchronized (lock) {
      StoreReader idle = idleReaders.poll();
      if (idle != null) {
        return idle;
      }
    }
    try {
      return new StoreReader(this, place);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "read", place);
    }
  }

  /** Takes a reader back, which has let go its snapshot. */
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
