// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples;

import io.github.mqttpartitioned.examples.demo.BrokerCommand;
import io.github.mqttpartitioned.examples.load.LoadCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What the jar can do from the command line; without arguments it says so. */
@Command(
    name = "java -jar mqtt-partitioned-examples.jar",
    description = "Programs around the connector.",
    subcommands = {BrokerCommand.class, LoadCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class Main {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Says what can be given.")
  private boolean unusedHelp;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main());
  }
}
