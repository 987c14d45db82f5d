// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The values of a scenario's {@link Setting}s for one run. Immutable. */
public final class Settings {

  /** Asks for one small round of everything, for its counts alone. */
  public static final String CHECK = "--check";

  private final Map<String, String> values;
  private final boolean check;

  private Settings(Map<String, String> values, boolean check) {
    this.values = Map.copyOf(values);
    this.check = check;
  }

  /**
   * Reads {@code --name value}, {@code --name=value} and {@code --check}.
   *
   * @throws UsageException when there is no such setting, or it does not take the value
   */
  public static Settings parse(List<Setting> settings, List<String> arguments) {
    Map<String, Setting> known = new LinkedHashMap<>();
    settings.forEach(setting -> known.put("--" + setting.name(), setting));
    boolean check = arguments.contains(CHECK);
    Map<String, String> values = new LinkedHashMap<>();
    settings.forEach(
        setting -> values.put(setting.name(), check ? setting.inCheck() : setting.byDefault()));
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals(CHECK)) {
        continue;
      }
      int equals = argument.indexOf('=');
      String option = equals < 0 ? argument : argument.substring(0, equals);
      Setting setting = known.get(option);
      if (setting == null) {
        throw new UsageException(
            "'%s' is unknown; there are %s and %s"
                .formatted(
                    option, known.keySet().stream().collect(Collectors.joining(", ")), CHECK));
      }
      if (equals < 0 && ++i == arguments.size()) {
        throw new UsageException(
            "%s needs a value: %s".formatted(option, setting.kind().accepted()));
      }
      String value = equals < 0 ? arguments.get(i) : argument.substring(equals + 1);
      setting.kind().check(option, value);
      values.put(setting.name(), value);
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
