// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs a scenario with what the command line has set. */
@Command
final class ScenarioCommand implements Callable<Integer> {

  private final Scenario scenario;
  private final PrintStream out;

  @SuppressWarnings("NullAway.Init")
  @Spec
  private CommandSpec spec;

  private ScenarioCommand(Scenario scenario, PrintStream out) {
    this.scenario = scenario;
    this.out = out;
  }

  /** The command, with an option for each of the scenario's settings. */
  static CommandLine of(Scenario scenario, PrintStream out) {
    CommandLine command = new CommandLine(new ScenarioCommand(scenario, out));
    command.getCommandSpec().usageMessage().description(scenario.summary().replace("%", "%%"));
    Settings.addOptions(scenario.settings(), command.getCommandSpec());
    return command;
  }

  @Override
  public Integer call() throws Exception {
    out.println(
        "command:  " + String.join(" ", spec.root().commandLine().getParseResult().originalArgs()));
    Settings settings = Settings.of(scenario.settings(), spec.commandLine().getParseResult());
    return scenario.run(settings, out) ? 0 : 1;
  }
}
