// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_UNREADABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SOURCE_ALREADY_RUNNING;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a second application off a checkpoint on a local disk. It holds an operating system's lock
 * of a file in the source's folder. The system releases it when the process ends, however it ends.
 *
 * <p>Without it, the second application would take the stores and the sessions, and both would
 * fail. Thread-safe.
 */
public final class CheckpointLock implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointLock.class);
  private static final String FILE = "running.lock";
  private static final String PROCESS = "process " + ProcessHandle.current().pid();

  /**
   * Prefix of a system property for each lock of this JVM, which holds across class loaders. The
   * file must not be opened a second time: to close it again would release the process's lock.
   */
  private static final String HELD = "io.github.mqttpartitioned.checkpoint.lock:";

  private final String key;
  private final FileChannel channel;

  private CheckpointLock(String key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Takes the lock.
   *
   * @param folder of the source, on a local disk; made if it does not exist
   * @throws IllegalStateException if another application has the lock
   * @throws UncheckedIOException if the file cannot be written
   */
  public static CheckpointLock take(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      String key = HELD + folder.toRealPath();
      if (System.getProperties().putIfAbsent(key, PROCESS) != null) {
        throw refused(folder, PROCESS);
      }
      try {
        return new CheckpointLock(key, locked(folder, file));
      } catch (IOException | RuntimeException e) {
        System.getProperties().remove(key);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          MQTT_CHECKPOINT_UNREADABLE.message(
              """
              Cannot write %s in the query's checkpoint: %s. Check the file system and its \
              permissions, and start the query again."""
                  .formatted(file, e.getMessage())),
          e);
    }
  }

  private static FileChannel locked(Path folder, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!lock(channel, file)) {
        throw refused(folder, holder(channel));
      }
      describe(channel);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static IllegalStateException refused(Path folder, String other) {
    return new IllegalStateException(
        MQTT_SOURCE_ALREADY_RUNNING.message(
            """
            Another application runs a query on checkpoint %s: %s. This query does not start, and \
            the other one goes on. Stop the other one first, or give this one a \
            checkpointLocation of its own."""
                .formatted(folder, other)));
  }

  /** Returns false if another application has the lock. */
  private static boolean lock(FileChannel channel, Path file) {
    try {
      // Beyond the text, which Windows would not let others read otherwise.
      return channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null;
    } catch (IOException e) {
      LOG.warn(
          "The file system has no locks ({}): another application can use {} at the same time",
          e.getMessage(),
          file.getParent());
      return true;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(100);
    channel.read(text, 0);
    return text.flip().hasRemaining()
        ? StandardCharsets.UTF_8.decode(text).toString()
        : "its process id is not known";
  }

  private static void describe(FileChannel channel) throws IOException {
    channel.truncate(0);
    channel.write(StandardCharsets.UTF_8.encode(PROCESS), 0);
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      System.getProperties().remove(key);
    }
  }
}
