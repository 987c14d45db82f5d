// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * The file that holds an environment's pages, and its length. A read of a mapped page that the file
 * does not have ends the JVM. So a file that has lost its end is found before anything is read from
 * it.
 */
final class DataFile {

  /** LMDB's own name of the file. */
  static final String NAME = "data.mdb";

  /**
   * LMDB itself may leave the last pages of a file unwritten, if one transaction took them and
   * freed them again. They are few.
   */
  static final int MAX_UNWRITTEN_PAGES = 64;

  /** Room to delete in, see {@link StoreLimits}, for a file larger than its limit. */
  private static final long MIN_DELETION_BYTES = 2L << 20;

  private final Path file;
  private final long bytes;

  /** The file system's key of the open file; null where the file system has none. */
  private @Nullable Object key;

  /**
   * @throws DamagedException when the file is empty
   * @throws LmdbException when its length cannot be read
   */
  DataFile(Path directory) {
    this.file = directory.resolve(NAME);
    try {
      this.bytes = Files.exists(file) ? Files.size(file) : -1;
    } catch (IOException e) {
      throw new LmdbException(e.toString(), e);
    }
    if (bytes == 0) {
      throw new DamagedException(NAME + " is empty");
    }
  }

  /**
   * Size of the memory map: {@code wanted}, or what a larger file needs so that it can be trimmed.
   */
  long mapBytes(long wanted) {
    return bytes <= wanted ? wanted : StoreLimits.mapBytes(bytes + bytes / 16 + MIN_DELETION_BYTES);
  }

  /**
   * Compares the file with what the environment says, before any of its pages is read.
   *
   * @return whether pages were missing at the end, few enough to be unwritten ones. They are zeros
   *     now. The caller must check that no block lies there, and call {@link #restore} if one does
   * @throws DamagedException when more is missing than LMDB leaves unwritten
   */
  boolean ensureWhole(Env<ByteBuffer> env) {
    if (bytes < 0) {
      return false;
    }
    int pageSize = env.stat().pageSize;
    // Within a write transaction no other process lengthens the file.
    try (Txn<ByteBuffer> txn = env.txnWrite();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long expected = (env.info().lastPageNumber + 1) * pageSize;
      long missing = expected - channel.size();
      if (missing <= 0) {
        return false;
      }
      if (missing > (long) MAX_UNWRITTEN_PAGES * pageSize) {
        throw new DamagedException(
            "%s has %d bytes, expected %d (as transaction %d left it)"
                .formatted(NAME, channel.size(), expected, txn.getId() - 1));
      }
      channel.write(ByteBuffer.allocate(1), expected - 1);
      return true;
    } catch (IOException e) {
      throw new LmdbException(e.toString(), e);
    }
  }

  /**
   * Compares the file with what the environment says, as {@link #ensureWhole} does, and changes
   * nothing.
   *
   * @throws DamagedException when pages are missing at the end. They may be unwritten ones; only
   *     the next opening that writes can tell
   */
  void requireWhole(Env<ByteBuffer> env) {
    try {
      long expected = (env.info().lastPageNumber + 1) * env.stat().pageSize;
      if (Files.size(file) < expected) {
        throw new DamagedException(
            "%s has %d bytes, expected %d".formatted(NAME, Files.size(file), expected));
      }
    } catch (IOException e) {
      throw new LmdbException(e.toString(), e);
    }
  }

  /** Remembers which file the environment has opened. */
  void opened() {
    try {
      key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      throw new LmdbException(e.toString(), e);
    }
  }

  /**
   * Checks that the file which the environment has open is still the one in the directory. A write
   * to a removed file succeeds, and everything is lost when its last user closes it.
   *
   * @throws DamagedException when the file has been removed or replaced
   */
  void requireInPlace() {
    try {
      if (Objects.equals(key, Files.readAttributes(file, BasicFileAttributes.class).fileKey())) {
        return;
      }
    } catch (IOException e) {
      throw new DamagedException(NAME + " was removed while it was in use", e);
    }
    throw new DamagedException(NAME + " was replaced while it was in use");
  }

  /**
   * Gives the file the length back that it had, so that the next opening finds the damage again.
   */
  void restore() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    } catch (IOException e) {
      throw new LmdbException(e.toString(), e);
    }
  }
}
