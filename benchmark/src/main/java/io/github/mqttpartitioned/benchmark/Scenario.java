// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

import java.io.PrintStream;
import java.util.List;

/** A benchmark from end to end, chosen on the command line by its name. */
public interface Scenario {

  /** What {@code e2e} is to be followed by. */
  String name();

  /** What it measures, in one line. */
  String summary();

  /** What can be set. */
  List<Setting> settings();

  /**
   * Measures, and prints what it found.
   *
   * @return whether every count was right; speed does not matter
   */
  boolean run(Settings settings, PrintStream out) throws Exception;
}
