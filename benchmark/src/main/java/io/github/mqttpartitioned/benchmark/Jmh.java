// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Machine;
import io.github.mqttpartitioned.benchmark.report.Versions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs JMH's benchmarks, each with what it allocates; one that fails ends the run with an error.
 */
final class Jmh {

  private Jmh() {}

  /**
   * Runs what JMH's own command line asks for.
   *
   * @throws UsageException when it asks for what there is not
   * @throws RunnerException when a benchmark fails
   */
  static void run(List<String> arguments, PrintStream out)
      throws CommandLineOptionException, RunnerException, IOException {
    String[] own = arguments.toArray(String[]::new);
    CommandLineOptions options = new CommandLineOptions(own);
    if (asksOnly(options)) {
      org.openjdk.jmh.Main.main(own);
      return;
    }
    Path directory = Path.of(System.getProperty("java.io.tmpdir"));
    if (Machine.isInMemory(directory)) {
      throw new UsageException(
          directory
              + " is in memory, where no fsync waits for a disk; say -Djava.io.tmpdir=… with a"
              + " directory that is on one");
    }
    Head.print(
        out, "JMH", "JMH " + Versions.jmh(), "jmh " + String.join(" ", arguments), directory);
    Options all =
        new OptionsBuilder()
            .parent(options)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .build();
    try {
      new Runner(all).run();
    } catch (NoBenchmarksException e) {
      throw new UsageException("no benchmark matches; -l lists them all");
    }
  }

  /** Whether JMH shall tell something instead of measuring. */
  private static boolean asksOnly(CommandLineOptions options) {
    return options.shouldHelp()
        || options.shouldList()
        || options.shouldListWithParams()
        || options.shouldListProfilers()
        || options.shouldListResultFormats();
  }
}
