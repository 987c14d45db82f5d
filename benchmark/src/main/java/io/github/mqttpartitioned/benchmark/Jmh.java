// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import io.github.mqttpartitioned.benchmark.report.Head;
import io.github.mqttpartitioned.benchmark.report.Machine;
import io.github.mqttpartitioned.benchmark.report.Versions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs JMH's benchmarks, each with what it allocates; one that fails ends the run with an error.
 */
@Command(
    name = "jmh",
    description = "JMH's benchmarks of single steps; takes JMH's own options, -h lists them.")
final class Jmh implements Callable<Integer> {

  private final PrintStream out;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  @Parameters(arity = "0..*", paramLabel = "<pattern or option>", description = "For JMH.")
  private List<String> arguments = List.of();

  Jmh(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws RunnerException, IOException {
    try {
      run();
      return 0;
    } catch (CommandLineOptionException e) {
      throw wrongUsage(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void run() throws CommandLineOptionException, RunnerException, IOException {
    String[] own = arguments.toArray(String[]::new);
    CommandLineOptions options = new CommandLineOptions(own);
    if (asksOnly(options)) {
      org.openjdk.jmh.Main.main(own);
      return;
    }
    Path directory = Path.of(System.getProperty("java.io.tmpdir"));
    if (Machine.isInMemory(directory)) {
      throw wrongUsage(
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
      throw wrongUsage("no benchmark matches; -l lists them all");
    }
  }

  /** Whether JMH is to tell something instead of measuring. */
  private static boolean asksOnly(CommandLineOptions options) {
    return options.shouldHelp()
        || options.shouldList()
        || options.shouldListWithParams()
        || options.shouldListProfilers()
        || options.shouldListResultFormats();
  }
}
