// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.load.PublishedMarks;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the demo keeps from one run to the next, apart for each broker:
 *
 * <pre>
 *  checkpoint/     Spark's checkpoint, with the connector's stores in it
 *  broker/         journal of the embedded broker
 *  broker.port     where it listens; the query's checkpoint is bound to its broker's address
 *  runs/           what each run of the sensors had acknowledged: see PublishedMarks
 *  tally           what of it came out of the query: see Tally
 *  lock            held while a demo uses the directory
 * </pre>
 */
final class DemoDirectory implements AutoCloseable {

  private static final String EMBEDDED = "embedded";
  private static final Duration LOCK_LIMIT = Duration.ofSeconds(60);
  private static final long LOCK_POLL_MILLIS = 200;
  private static final int RUN_DIGITS = 8;

  private final Path path;
  private final FileChannel lockFile;

  private DemoDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Opens the directory, and makes it when it is not there.
   *
   * @param waiting is run when another demo uses it, whose end is then waited for
   * @throws IOException also when the other demo goes on
   */
  static DemoDirectory open(DemoSettings settings, Runnable waiting)
      throws IOException, InterruptedException {
    String name =
        settings.broker().map(url -> url.replaceAll("[^A-Za-z0-9.-]+", "-")).orElse(EMBEDDED);
    Path path = settings.directory().resolve(name);
    Files.createDirectories(path.resolve("runs"));
    Path file = path.resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long deadline = System.nanoTime() + LOCK_LIMIT.toNanos();
    @Nullable FileLock lock = channel.tryLock();
    if (lock == null) {
      waiting.run();
    }
    while (lock == null) {
      if (System.nanoTime() - deadline >= 0) {
        channel.close();
        throw new IOException(
            "Another demo uses %s; stop it, or say -Ddemo.dir=<another directory>".formatted(path));
      }
      TimeUnit.MILLISECONDS.sleep(LOCK_POLL_MILLIS);
      lock = channel.tryLock();
    }
    return new DemoDirectory(path, channel);
  }

  Path path() {
    return path;
  }

  Path checkpoint() {
    return path.resolve("checkpoint");
  }

  Path broker() {
    return path.resolve("broker");
  }

  Path brokerPort() {
    return path.resolve("broker.port");
  }

  Path tally() {
    return path.resolve("tally");
  }

  /** For what Spark needs only while it runs. */
  Path temporary() {
    return path.resolve("tmp");
  }

  /** A name that no run has had. */
  static String newRun() {
    return UUID.randomUUID().toString().substring(0, RUN_DIGITS);
  }

  /** Marks of a run. */
  PublishedMarks marks(String run) throws IOException {
    return PublishedMarks.open(runs().resolve(run));
  }

  /** Marks of all runs whose messages may still come. */
  Map<String, PublishedMarks> unfinishedRuns() throws IOException {
    Map<String, PublishedMarks> marks = new TreeMap<>();
    for (String run : runNames()) {
      marks.put(run, marks(run));
    }
    return marks;
  }

  /** Forgets all runs: everything that they published is accounted for. */
  void finishRuns() throws IOException {
    for (String run : runNames()) {
      Files.delete(runs().resolve(run));
    }
  }

  private List<String> runNames() throws IOException {
    try (Stream<Path> files = Files.list(runs())) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  private Path runs() {
    return path.resolve("runs");
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
