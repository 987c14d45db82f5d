// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Spark's {@code local-cluster}: master and workers are threads of the driver, executors processes
 * of their own. It needs no distribution either.
 */
public final class LocalCluster {

  private static final String LOOPBACK = "127.0.0.1";

  private final Path home;
  private final int workers;
  private final SparkRuntime runtime;

  /**
   * @param folder for what the workers write
   * @param workers one executor of one core for each
   */
  public LocalCluster(Path folder, int workers) {
    this(folder, workers, SparkRuntime.own());
  }

  /** As above, on another Spark. */
  public LocalCluster(Path folder, int workers, SparkRuntime runtime) {
    this.home = folder.resolve("spark-home");
    this.workers = workers;
    this.runtime = runtime;
    StandaloneCluster.layOut(home, runtime);
  }

  /** What its processes are started with. */
  public SparkRuntime runtime() {
    return runtime;
  }

  /** What an application needs to run here. */
  public Map<String, String> settings() {
    Map<String, String> settings = StandaloneCluster.settings(home, runtime);
    settings.put("spark.master", "local-cluster[" + workers + ",1,1024]");
    settings.put("spark.driver.host", LOOPBACK);
    settings.put("spark.driver.bindAddress", LOOPBACK);
    return settings;
  }

  /** Where the driver's process finds Spark. */
  public Map<String, String> environment() {
    return Map.of(
        "SPARK_HOME",
        home.toString(),
        "SPARK_SCALA_VERSION",
        runtime.scala(),
        "SPARK_LOCAL_IP",
        LOOPBACK);
  }

  /** The executors' processes that run now. */
  public List<ProcessHandle> executors(ChildJvm driver) {
    return ProcessHandle.of(driver.pid()).stream()
        .flatMap(ProcessHandle::children)
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  /**
   * What an executor has written so far, to standard output and error.
   *
   * @param id as Spark gives it
   */
  public List<String> output(String id) {
    return new ExecutorOutput(home).lines(id);
  }

  /** The executors' output, for an error: the last lines of each. */
  public String describe() {
    return new ExecutorOutput(home).describe();
  }
}
