// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.option.SourceOptions;
import java.util.HashMap;
import java.util.Map;

/** Options of a source, those that are required filled in. */
public final class TestOptions {

  private TestOptions() {}

  /**
   * Options of a source.
   *
   * @param more names and values by turns; they win
   */
  public static SourceOptions of(String... more) {
    Map<String, String> options = new HashMap<>();
    options.put("brokerUrl", "tcp://broker:1883");
    options.put("topics", "sensor/#");
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return SourceOptions.parse(options);
  }
}
