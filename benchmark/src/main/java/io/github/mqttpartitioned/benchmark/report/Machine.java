// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What figures were measured on, for the head of a report. */
public final class Machine {

  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final String UNKNOWN = "unknown";
  private static final int GIT_SECONDS = 5;

  private Machine() {}

  /** Cores, processor, memory and kernel. */
  public static String hardware() {
    Runtime runtime = Runtime.getRuntime();
    return String.format(
        Locale.ROOT,
        "%d cores, %s, %,d MiB, %s %s",
        runtime.availableProcessors(),
        processor(),
        memoryMebibytes(),
        System.getProperty("os.name"),
        System.getProperty("os.version"));
  }

  private static long memoryMebibytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize()
        >> 20;
  }

  /** The JVM, and how much heap it may take. */
  public static String jvm() {
    return String.format(
        Locale.ROOT,
        "%s %s, heap up to %,d MiB",
        System.getProperty("java.vm.name"),
        System.getProperty("java.vm.version"),
        Runtime.getRuntime().maxMemory() >> 20);
  }

  /** Processes that wanted a core in the last minute: much more than 0 spoils the figures. */
  public static String load() {
    return String.format(
        Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** Disk and file system of a directory. */
  public static String disk(Path directory) {
    try {
      FileStore store = Files.getFileStore(directory);
      return String.format(
          Locale.ROOT,
          "%s on %s, %,d GiB free, in %s",
          store.type(),
          store.name(),
          store.getUsableSpace() >> 30,
          directory);
    } catch (IOException e) {
      return UNKNOWN + ", in " + directory;
    }
  }

  /** Whether a directory lies in memory, so that nothing in it is ever durable. */
  public static boolean isInMemory(Path directory) throws IOException {
    String type = Files.getFileStore(directory).type();
    return type.equals("tmpfs") || type.equals("ramfs");
  }

  /**
   * The commit that is checked out where this program lies. Build it anew after a commit: what it
   * was built from is not known here.
   */
  public static String commit() {
    Path place;
    try {
      place =
          Path.of(Machine.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .toAbsolutePath();
    } catch (java.net.URISyntaxException e) {
      return UNKNOWN;
    }
    @Nullable Path folder = place.getParent();
    if (folder == null) {
      return UNKNOWN;
    }
    String commit = git(folder.toFile(), "rev-parse", "--short", "HEAD");
    if (commit.isEmpty()) {
      return UNKNOWN;
    }
    boolean changed = !git(folder.toFile(), "status", "--porcelain").isEmpty();
    return commit + (changed ? " and uncommitted changes" : "");
  }

  private static String git(File folder, String... arguments) {
    List<String> command = Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      boolean fine = process.waitFor(GIT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
      return fine ? text.strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
