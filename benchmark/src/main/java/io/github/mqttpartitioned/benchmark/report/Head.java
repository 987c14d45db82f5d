// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.report;

import java.io.PrintStream;
import java.nio.file.Path;

/** The first lines of every report: what was measured, where and with what. */
public final class Head {

  private Head() {}

  /**
   * Prints them.
   *
   * @param title of the scenario
   * @param versions of what takes part beside this project
   * @param settings in words
   * @param directory where stores lie
   */
  public static void print(
      PrintStream out, String title, String versions, String settings, Path directory) {
    out.println(title);
    out.println("machine:  " + Machine.hardware());
    out.println("jvm:      " + Machine.jvm());
    out.println("disk:     " + Machine.disk(directory));
    out.println("versions: " + Versions.connector() + ", " + versions);
    out.println("commit:   " + Machine.commit());
    out.println("load:     " + Machine.load() + " when this began");
    out.println("settings: " + settings);
    out.println();
  }
}
