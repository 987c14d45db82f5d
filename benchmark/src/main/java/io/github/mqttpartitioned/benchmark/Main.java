// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import io.github.mqttpartitioned.benchmark.broker.BrokerScenario;
import io.github.mqttpartitioned.benchmark.compare.Comparison;
import io.github.mqttpartitioned.benchmark.compare.Plot;
import io.github.mqttpartitioned.benchmark.ingest.IngestScenario;
import io.github.mqttpartitioned.benchmark.latency.LatencyScenario;
import io.github.mqttpartitioned.benchmark.read.ColdScenario;
import io.github.mqttpartitioned.benchmark.read.ReadScenario;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.scale.ScaleScenario;
import io.github.mqttpartitioned.benchmark.sink.SinkScenario;
import io.github.mqttpartitioned.benchmark.stream.StreamScenario;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** Runs a benchmark from the command line; without arguments it says which there are. */
@Command(
    name = "java -jar mqtt-partitioned-benchmark.jar",
    description = "Measures the connector; benchmark/README.md says how and with what results.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main {

  private static final List<Scenario> SCENARIOS =
      List.of(
          new IngestScenario(),
          new BrokerScenario(),
          new StreamScenario(),
          new ReadScenario(),
          new ColdScenario(),
          new LatencyScenario(),
          new ScaleScenario(),
          new SinkScenario());

  private final PrintStream out;

  private Main(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) {
    int code = run(List.of(arguments), System.out, System.err);
    System.out.flush();
    System.exit(code);
  }

  /**
   * Runs a command line.
   *
   * @return the exit code: 0, 1 when a count was wrong or something failed, 2 for wrong usage
   */
  static int run(List<String> arguments, PrintStream out, PrintStream err) {
    return commandLine(out)
        .setOut(new PrintWriter(out, true, Charset.defaultCharset()))
        .setErr(new PrintWriter(err, true, Charset.defaultCharset()))
        .execute(arguments.toArray(String[]::new));
  }

  private static CommandLine commandLine(PrintStream out) {
    CommandLine endToEnd = new CommandLine(new EndToEnd());
    for (Scenario scenario : SCENARIOS) {
      endToEnd.addSubcommand(scenario.name(), ScenarioCommand.of(scenario, out));
    }
    CommandLine main = new CommandLine(new Main(out)).addSubcommand(endToEnd);
    addHelp(main);
    // What follows jmh is for JMH, which has a parser of its own.
    CommandLine jmh = new CommandLine(new Jmh(out)).setUnmatchedOptionsArePositionalParams(true);
    return main.addSubcommand(jmh).setExpandAtFiles(false);
  }

  private static void addHelp(CommandLine command) {
    command
        .getCommandSpec()
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Says what can be given.")
                .build());
    command.getSubcommands().values().forEach(Main::addHelp);
  }

  /** Groups the scenarios. */
  @Command(
      name = "e2e",
      description = "A scenario from end to end.",
      synopsisSubcommandLabel = "SCENARIO")
  private static final class EndToEnd {}

  @Command(description = "Compares results; of JMH, those of -rf json.")
  int compare(
      @Parameters(paramLabel = "<old>", description = "A file or a directory.") Path before,
      @Parameters(paramLabel = "<new>", description = "A file or a directory.") Path after)
      throws IOException {
    out.print(Comparison.table(Comparison.read(before), Comparison.read(after)));
    return 0;
  }

  @Command(description = "Draws an SVG beside each file of results.")
  int plot(@Parameters(paramLabel = "<directory>", description = "The results.") Path directory)
      throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        Measurements measurements = Comparison.read(file);
        for (String unit :
            measurements.rows().stream().map(Measurements.Row::unit).distinct().toList()) {
          Path target =
              directory.resolve(
                  name.replaceFirst("\\.[^.]*$", "")
                      + "-"
                      + unit.replace("%", "percent").replaceAll("[^A-Za-z]+", "-")
                      + ".svg");
          Files.writeString(target, Plot.svg(name, measurements, unit));
          out.println(target);
        }
      }
    }
    return 0;
  }
}
