// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.OffsetRange;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A process of its own that uses a store: to be killed, to fence its parent, to fill a disk. */
final class StoreChild implements AutoCloseable {

  private final Process process;
  private final BufferedReader lines;

  private StoreChild(Process process) {
    this.process = process;
    this.lines = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Starts one.
   *
   * @param shell goes before the command: "ulimit -f 10; exec", or "exec"
   * @param what method of this class that it runs
   */
  static StoreChild start(String shell, String what, Path directory) throws IOException {
    return start(shell, StoreChild.class, what, directory.toString());
  }

  /** Starts one with another main class. */
  static StoreChild start(String shell, Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", shell + " \"$@\"", "bash"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.add("-cp");
    command.add(absoluteClassPath());
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new StoreChild(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  private static String absoluteClassPath() {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      entries.add(Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, entries);
  }

  /** The next line that begins with {@code word}, without that; fails when the process ends. */
  String await(String word) throws IOException {
    String rest = next(word);
    if (rest == null) {
      throw new AssertionError("the child has ended without a line \"" + word + " …\"");
    }
    return rest;
  }

  /** The next line that begins with {@code word}, without that; null when the process ends. */
  @Nullable String next(String word) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(word + " ")) {
        return line.substring(word.length() + 1);
      }
    }
    return null;
  }

  /** Ends it with SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  int waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments[0].equals("readUntilKilled")) {
      readUntilKilled(Path.of(arguments[1]), out);
    }
    try (PartitionStore store =
        PartitionStore.open(Stores.config(Path.of(arguments[1]), 64 * Stores.MIB))) {
      NumberedLog log = new NumberedLog(store);
      switch (arguments[0]) {
        case "takeOver" -> takeOver(store, log, out);
        case "writeUntilKilled" -> writeUntilKilled(store, log, out);
        case "fillDisk" -> fillDisk(store, log, out);
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }
  }

  /** Stands at the first block of a view, whose snapshot keeps the pages of all that there is. */
  private static void readUntilKilled(Path directory, PrintStream out) throws Exception {
    try (StoreView view = StoreView.open(directory, "source", 3);
        BlockCursor cursor = view.read(new OffsetRange(0, view.extent().next()))) {
      out.println("reading " + cursor.next().count());
      Thread.currentThread().join();
    }
  }

  private static void takeOver(PartitionStore store, NumberedLog log, PrintStream out) {
    log.verify();
    log.write(new Random(1));
    out.println("epoch " + store.epoch());
  }

  private static void writeUntilKilled(PartitionStore store, NumberedLog log, PrintStream out) {
    Random random = new Random();
    while (true) {
      log.write(random);
      out.println("next " + store.extent().next());
    }
  }

  /** Writes until the limit on the size of files, and goes on when it has been lifted. */
  private static void fillDisk(PartitionStore store, NumberedLog log, PrintStream out)
      throws Exception {
    Random random = new Random(1);
    for (int failures = 0; failures < 3; ) {
      var before = store.extent();
      try {
        log.write(random);
      } catch (StoreException.Unusable e) {
        out.println("refused " + e.getMessage());
        failures++;
        if (!store.extent().equals(before)) {
          throw new AssertionError("a failed write shows: " + store.extent(), e);
        }
        log.verify();
      }
    }
    String pid = Long.toString(ProcessHandle.current().pid());
    Process lift =
        new ProcessBuilder("prlimit", "--pid", pid, "--fsize=unlimited").inheritIO().start();
    if (lift.waitFor() != 0) {
      throw new AssertionError("prlimit has failed");
    }
    long before = store.extent().next();
    for (int i = 0; i < 20; i++) {
      log.write(random);
    }
    log.verify();
    out.println("resumed " + before + " " + store.extent().next());
  }
}
