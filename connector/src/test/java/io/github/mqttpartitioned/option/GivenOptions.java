// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.TreeMap;

/** Options as a user gives them, and what comes of them. */
final class GivenOptions {

  private GivenOptions() {}

  /** The two required options, and {@code more}: keys and values by turns. */
  static Map<String, String> options(String... more) {
    Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    options.put("brokerUrl", "tcp://broker");
    options.put("topics", "sensors/#");
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return options;
  }

  static SourceOptions parse(String... more) {
    return SourceOptions.parse(options(more));
  }

  static OptionException exception(Map<String, String> options) {
    return catchThrowableOfType(OptionException.class, () -> SourceOptions.parse(options));
  }

  static String error(String... more) {
    return exception(options(more)).getMessage();
  }
}
