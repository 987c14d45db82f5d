// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.Sparkplug;
import java.nio.file.Path;

/** A query that names the metrics of Sparkplug B, in a process of its own, to be killed. */
public final class SparkplugProcess {

  private SparkplugProcess() {}

  /** The job of a folder. */
  static Job job(Path folder, String brokerUrl) {
    return new Job(folder, brokerUrl)
        .option("topics", "spBv1.0/#")
        .option("partitions", 4)
        .transformed(Sparkplug::withNames);
  }

  /**
   * Runs the job until the process is ended.
   *
   * @param arguments folder of the job, URL of the broker
   */
  public static void main(String[] arguments) throws Exception {
    QueryProcess.report(job(Path.of(arguments[0]), arguments[1]).start());
  }
}
