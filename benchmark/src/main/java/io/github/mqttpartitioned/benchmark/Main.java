// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import io.github.mqttpartitioned.benchmark.broker.BrokerScenario;
import io.github.mqttpartitioned.benchmark.compare.Comparison;
import io.github.mqttpartitioned.benchmark.compare.Plot;
import io.github.mqttpartitioned.benchmark.demo.LoadCommand;
import io.github.mqttpartitioned.benchmark.ingest.IngestScenario;
import io.github.mqttpartitioned.benchmark.latency.LatencyScenario;
import io.github.mqttpartitioned.benchmark.read.ReadScenario;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.scale.ScaleScenario;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/** Runs a benchmark from the command line; without arguments it says which there are. */
public final class Main {

  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int WRONG_USAGE = 2;
  private static final String JAR = "java -jar mqtt-partitioned-benchmark.jar";
  private static final List<Scenario> SCENARIOS =
      List.of(
          new IngestScenario(),
          new BrokerScenario(),
          new ReadScenario(),
          new LatencyScenario(),
          new ScaleScenario());
  private static final Scenario LOAD = new LoadCommand();

  private Main() {}

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
    try {
      String command = arguments.isEmpty() ? "" : arguments.get(0);
      return switch (command) {
        case "e2e" -> endToEnd(arguments.subList(1, arguments.size()), out);
        case "compare" -> compare(arguments.subList(1, arguments.size()), out);
        case "plot" -> plot(arguments.subList(1, arguments.size()), out);
        case "load" -> load(arguments.subList(1, arguments.size()), out);
        case "jmh" -> {
          Jmh.run(arguments.subList(1, arguments.size()), out);
          yield SUCCESS;
        }
        case "" -> throw new UsageException("What shall be measured?");
        default -> throw new UsageException("There is no command '%s'.".formatted(command));
      };
    } catch (UsageException | CommandLineOptionException e) {
      err.println(e.getMessage());
      err.println();
      err.print(usage());
      return WRONG_USAGE;
    } catch (Exception e) {
      e.printStackTrace(err);
      return FAILURE;
    }
  }

  private static int endToEnd(List<String> arguments, PrintStream out) throws Exception {
    String name = arguments.isEmpty() ? "" : arguments.get(0);
    for (Scenario scenario : SCENARIOS) {
      if (scenario.name().equals(name)) {
        Settings settings =
            Settings.parse(scenario.settings(), arguments.subList(1, arguments.size()));
        out.println("command:  e2e " + String.join(" ", arguments));
        return scenario.run(settings, out) ? SUCCESS : FAILURE;
      }
    }
    throw new UsageException(
        name.isEmpty() ? "Which scenario?" : "There is no scenario '%s'.".formatted(name));
  }

  private static int compare(List<String> arguments, PrintStream out) throws IOException {
    if (arguments.size() != 2) {
      throw new UsageException("compare needs two places: old and new.");
    }
    out.print(
        Comparison.table(
            Comparison.read(Path.of(arguments.get(0))),
            Comparison.read(Path.of(arguments.get(1)))));
    return SUCCESS;
  }

  private static int plot(List<String> arguments, PrintStream out) throws IOException {
    if (arguments.size() != 1) {
      throw new UsageException("plot needs one directory of results.");
    }
    Path directory = Path.of(arguments.get(0));
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
    return SUCCESS;
  }

  private static int load(List<String> arguments, PrintStream out) throws Exception {
    return LOAD.run(Settings.parse(LOAD.settings(), arguments), out) ? SUCCESS : FAILURE;
  }

  private static String usage() {
    StringBuilder text = new StringBuilder();
    text.append("Usage:\n");
    text.append("  %s e2e <scenario> [options]%n".formatted(JAR));
    text.append("  %s load [options]%n".formatted(JAR));
    text.append("  %s jmh [pattern] [JMH's own options, -h lists them]%n".formatted(JAR));
    text.append("  %s compare <old> <new>   files or directories of results%n".formatted(JAR));
    text.append("  %s plot <directory>      an SVG beside each file of results%n".formatted(JAR));
    for (Scenario scenario : Stream.concat(SCENARIOS.stream(), Stream.of(LOAD)).toList()) {
      text.append(scenario == LOAD ? "\nload: " : "\nScenario %s: ".formatted(scenario.name()));
      text.append(scenario.summary()).append('\n');
      for (Setting setting : scenario.settings()) {
        text.append(
            "  %-22s %s (%s; default %s)%n"
                .formatted(
                    "--" + setting.name() + " <value>",
                    setting.meaning(),
                    setting.kind().accepted(),
                    setting.byDefault()));
      }
      text.append(
          "  %-22s %s%n"
              .formatted(
                  Settings.CHECK,
                  "one small round of each, for the counts alone; exit code 1 if one is wrong"));
    }
    return text.toString();
  }
}
