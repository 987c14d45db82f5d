package io.github.mqttpartitioned.benchmark;

import io.github.mqttpartitioned.benchmark.demo.LoadCommand;
import io.github.mqttpartitioned.benchmark.ingest.IngestScenario;
import io.github.mqttpartitioned.benchmark.read.ReadScenario;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Runs a benchmark from the command line; without arguments it says which there are. */
public final class Main {

  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;
  private static final int WRONG_USAGE = 2;
  private static final String JAR = "java -jar mqtt-partitioned-benchmark.jar";
  private static final List<Scenario> SCENARIOS = List.of(new IngestScenario(), new ReadScenario());
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
        case "load" -> load(arguments.subList(1, arguments.size()), out);
        case "jmh" -> jmh(arguments.subList(1, arguments.size()));
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
        return scenario.run(settings, out) ? SUCCESS : FAILURE;
      }
    }
    throw new UsageException(
        name.isEmpty() ? "Which scenario?" : "There is no scenario '%s'.".formatted(name));
  }

  private static int load(List<String> arguments, PrintStream out) throws Exception {
    return LOAD.run(Settings.parse(LOAD.settings(), arguments), out) ? SUCCESS : FAILURE;
  }

  private static int jmh(List<String> arguments) throws CommandLineOptionException {
    try {
      new Runner(new CommandLineOptions(arguments.toArray(String[]::new))).run();
      return SUCCESS;
    } catch (RunnerException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static String usage() {
    StringBuilder text = new StringBuilder();
    text.append("Usage:\n");
    text.append("  %s e2e <scenario> [options]%n".formatted(JAR));
    text.append("  %s load [options]%n".formatted(JAR));
    text.append("  %s jmh [pattern] [JMH's own options, -h lists them]%n".formatted(JAR));
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
