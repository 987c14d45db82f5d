// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.MetaPages;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a store: {@code data.mdb} and {@code lock.mdb}, which are LMDB's own names, {@code
 * create.lock}, and {@code commit.failed} from a failed commit to the next one that succeeds.
 *
 * <p>A store is created under {@code creating/}, and its data file is then moved into place. So a
 * {@code data.mdb} in place is always a complete store. A kill during creation leaves none, and an
 * empty or cut file is damage, never a new store.
 */
final class StoreDirectory {

  private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

  private static final String CREATING = "creating";
  private static final String CREATE_LOCK = "create.lock";
  private static final String FAILED_COMMIT = "commit.failed";

  private StoreDirectory() {}

  static boolean holdsStore(Path directory) {
    return Files.exists(dataFile(directory));
  }

  static Path dataFile(Path directory) {
    return directory.resolve(StoreEnvironment.DATA_FILE);
  }

  /**
   * Remembers on disk that a commit has ended in an error, until one has succeeded. The failed one
   * may have left its root in the older meta page, which looks like damage to {@link MetaPages}.
   */
  static void noteFailedCommit(Path directory) {
    try {
      Files.write(directory.resolve(FAILED_COMMIT), new byte[0]);
      sync(directory);
    } catch (IOException e) {
      LOG.warn("The store cannot note in {} that a commit has failed", directory, e);
    }
  }

  static void forgetFailedCommit(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve(FAILED_COMMIT));
    } catch (IOException e) {
      LOG.warn("The store cannot remove {} from {}", FAILED_COMMIT, directory, e);
    }
  }

  static boolean hasFailedCommit(Path directory) {
    return Files.exists(directory.resolve(FAILED_COMMIT));
  }

  /** Makes the names of the files in a directory durable. */
  @FunctionalInterface
  interface Sync {
    void sync(Path directory) throws IOException;
  }

  /**
   * Creates the directory if it is not there, readable only for its owner, and makes its name
   * durable.
   *
   * @return its real path
   * @throws StoreException.Unusable when the directory cannot be created
   */
  static Path prepare(Path directory) {
    return prepare(directory, StoreDirectory::sync);
  }

  static Path prepare(Path directory, Sync sync) {
    try {
      Path absolute = directory.toAbsolutePath();
      List<Path> changed = new ArrayList<>();
      for (Path at = absolute; at != null && !Files.exists(at); at = at.getParent()) {
        changed.add(at.resolveSibling(""));
      }
      Files.createDirectories(absolute, ownerOnly());
      for (Path parent : changed) {
        sync.sync(parent);
      }
      return absolute.toRealPath();
    } catch (IOException e) {
      throw StoreException.unusable(
          "create the directory of", directory.toString(), e.toString(), e);
    }
  }

  /**
   * Puts a new store into place, unless another process has just done so.
   *
   * @param creator writes the store into the directory that it gets, and closes it
   */
  static void create(Path directory, Consumer<Path> creator) {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve(CREATE_LOCK),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (!lock.isValid() || holdsStore(directory)) {
        return;
      }
      Path creating = directory.resolve(CREATING);
      deleteFlat(creating);
      Files.createDirectory(creating, ownerOnly());
      creator.accept(creating);
      FaultPoint.CREATED.reached();
      Files.move(dataFile(creating), dataFile(directory), StandardCopyOption.ATOMIC_MOVE);
      deleteFlat(creating);
      sync(directory);
      Path parent = directory.getParent();
      if (parent != null) {
        sync(parent);
      }
    } catch (IOException e) {
      throw StoreException.unusable("create", directory.toString(), e.toString(), e);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    };
  }

  private static void deleteFlat(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /**
   * Makes the names in a directory durable. Does nothing on Windows, which opens no directories.
   */
  static void sync(Path directory) throws IOException {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
