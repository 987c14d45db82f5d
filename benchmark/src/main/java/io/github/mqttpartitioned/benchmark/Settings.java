// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The values of a scenario's {@link Setting}s for one run. Immutable. */
public final class Settings {

  private static final String CHECK = "--check";

  private final Map<String, String> values;
  private final boolean check;

  private Settings(Map<String, String> values, boolean check) {
    this.values = Map.copyOf(values);
    this.check = check;
  }

  /** Adds the settings' options, and that of a check, to a command. */
  static void addOptions(List<Setting> settings, CommandSpec command) {
    settings.forEach(setting -> command.addOption(setting.option()));
    command.addOption(
        OptionSpec.builder(CHECK)
            .type(boolean.class)
            .description(
                "one small round of each, for the counts alone; exit code 1 if one is wrong")
            .build());
  }

  /** What a command line has given; what it has not given has its default. */
  static Settings of(List<Setting> settings, ParseResult given) {
    boolean check = given.matchedOptionValue(CHECK, false);
    Map<String, String> values = new LinkedHashMap<>();
    for (Setting setting : settings) {
      values.put(
          setting.name(),
          given.matchedOptionValue(
              "--" + setting.name(), check ? setting.inCheck() : setting.byDefault()));
    }
    return new Settings(values, check);
  }

  /** Whether only the counts matter. */
  public boolean isCheck() {
    return check;
  }

  public String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no setting " + name);
    }
    return value;
  }

  public long count(String name) {
    return Setting.Count.parse(text(name));
  }

  public int smallCount(String name) {
    return Math.toIntExact(count(name));
  }

  public List<String> choice(String name) {
    return Setting.Choice.parse(text(name));
  }
}
