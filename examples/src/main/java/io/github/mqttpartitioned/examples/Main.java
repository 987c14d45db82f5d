package io.github.mqttpartitioned.examples;

import io.github.mqttpartitioned.examples.load.LoadCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What the jar can do from the command line; without arguments it says so. */
@Command(
    name = "java -jar mqtt-partitioned-examples.jar",
    description = "Programs around the connector.",
    subcommands = LoadCommand.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }
}
