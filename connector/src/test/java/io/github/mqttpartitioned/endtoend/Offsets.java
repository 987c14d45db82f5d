// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the offsets of the contract's JSON, independently of the source's own reader. */
final class Offsets {

  private static final Pattern ENTRY = Pattern.compile("\"(\\d+)\"\\s*:\\s*(\\d+)");

  private Offsets() {}

  static Map<Integer, Long> of(String json) {
    Map<Integer, Long> offsets = new TreeMap<>();
    Matcher matcher = ENTRY.matcher(json);
    while (matcher.find()) {
      offsets.put(Integer.valueOf(matcher.group(1)), Long.valueOf(matcher.group(2)));
    }
    return offsets;
  }
}
