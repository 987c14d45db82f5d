// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.store.StoreDirectory;
import io.github.mqttpartitioned.store.StoreException;
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
import org.lmdbjava.Txn;

/**
 * The length of an environment's file. To read a mapped page that the file does not have ends the
 * JVM, so a file that has lost its end is found out before anything is read from it.
 */
final class DataFile {

  /**
   * LMDB itself may leave the last pages of a file unwritten, when they were taken and freed again
   * by one transaction. They are few.
   */
  static final int MAX_UNWRITTEN_PAGES = 64;

  /** Room to delete in, see {@link StoreLimits}, for a file larger than its limit. */
  private static final long MIN_DELETION_BYTES = 2L << 20;

  private final Path directory;
  private final Path file;
  private final long bytes;

  /** What the file system knows the open file by; null where it does not tell. */
  private @Nullable Object key;

  /**
   * @throws StoreException.Unusable when the file's length cannot be found out
   */
  DataFile(Path directory) {
    this.directory = directory;
    this.file = StoreDirectory.dataFile(directory);
    try {
      this.bytes = Files.exists(file) ? Files.size(file) : -1;
    } catch (IOException e) {
      throw StoreException.unusable("open", directory.toString(), e);
    }
    if (bytes == 0) {
      throw StoreException.damaged(directory.toString(), file.getFileName() + " is empty");
    }
  }

  /** Size of the memory map: {@code wanted}, or what a larger file needs to be trimmed in. */
  long mapBytes(long wanted) {
    return bytes <= wanted ? wanted : StoreLimits.mapBytes(bytes + bytes / 16 + MIN_DELETION_BYTES);
  }

  /**
   * Compares the file with what the environment says, before any of its pages is read.
   *
   * @return whether unwritten pages at the end have been made up for with zeros. The caller must
   *     see to it that no block lies there, and call {@link #restore} if one does
   * @throws StoreException.Damaged when more is missing than can be unwritten
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
        throw StoreException.damaged(
            directory.toString(),
            file.getFileName()
                + " has "
                + channel.size()
                + " bytes, expected "
                + expected
                + " (as transaction "
                + (txn.getId() - 1)
                + " left it)");
      }
      channel.write(ByteBuffer.allocate(1), expected - 1);
      return true;
    } catch (IOException e) {
      throw StoreException.unusable("open", directory.toString(), e);
    }
  }

  /** Notes which file the environment has opened. */
  void opened() {
    try {
      key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      throw StoreException.unusable("open", directory.toString(), e);
    }
  }

  /**
   * Checks that the file which the environment has open is still the one in the directory: writing
   * to a file that has been removed succeeds, and all is lost with its last user.
   *
   * @throws StoreException.Damaged when it is not
   */
  void requireInPlace() {
    try {
      if (Objects.equals(key, Files.readAttributes(file, BasicFileAttributes.class).fileKey())) {
        return;
      }
    } catch (IOException e) {
      throw StoreException.damaged(
          directory.toString(), file.getFileName() + " was removed while it was in use", e);
    }
    throw StoreException.damaged(
        directory.toString(), file.getFileName() + " was replaced while it was in use");
  }

  /** Gives the file back the length that it had, so that the damage is found again next time. */
  void restore() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    } catch (IOException e) {
      throw StoreException.unusable("open", directory.toString(), e);
    }
  }
}
