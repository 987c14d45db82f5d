// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Text;
import io.github.mqttpartitioned.benchmark.Settings;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A directory of a run, on a real disk; gone with the run. */
public final class Scratch implements AutoCloseable {

  private static final String AUTOMATIC = "the system's temporary directory";

  /** Lets the user say where. */
  public static final Setting SETTING =
      Setting.of(
          "dir", new Text("a directory on the disk to measure"), AUTOMATIC, "where stores go");

  private final Path directory;
  private int next;

  private Scratch(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes one.
   *
   * @throws IOException when the place is in memory: nothing would ever wait for a disk there
   */
  public static Scratch of(Settings settings) throws IOException {
    String text = settings.text(SETTING.name());
    Path parent = Path.of(text.equals(AUTOMATIC) ? System.getProperty("java.io.tmpdir") : text);
    Files.createDirectories(parent);
    if (Machine.isInMemory(parent)) {
      throw new IOException(
          parent + " is in memory, not on a disk; say --dir with a directory that is on one");
    }
    return in(parent);
  }

  /** Makes one in a directory that may be a scratch directory itself. */
  public static Scratch in(Path parent) throws IOException {
    return new Scratch(Files.createTempDirectory(parent.toAbsolutePath(), "mqtt-benchmark-"));
  }

  public Path directory() {
    return directory;
  }

  /** A new directory within this one. */
  public Path newDirectory() throws IOException {
    return Files.createDirectory(directory.resolve(Integer.toString(next++)));
  }

  @Override
  public void close() throws IOException {
    delete(directory);
  }

  /** Removes a directory and all that is in it. */
  public static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
