// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.spark;

import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** Spark as all scenarios use it: in this JVM, quiet, on the loopback interface alone. */
public final class LocalSpark {

  /** Cores that tasks run on. */
  public static final int CORES = 2;

  private LocalSpark() {}

  /**
   * Starts it with {@link #CORES}.
   *
   * @param directory for what it writes beside checkpoints
   */
  public static SparkSession start(Path directory) {
    return start(directory, CORES);
  }

  /**
   * Starts it.
   *
   * @param directory for what it writes beside checkpoints
   * @param cores that tasks run on
   */
  public static SparkSession start(Path directory, int cores) {
    return SparkSession.builder()
        .master("local[" + cores + "]")
        .appName("mqtt-partitioned-benchmark")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.local.dir", directory.resolve("local").toString())
        .config("spark.sql.warehouse.dir", directory.resolve("warehouse").toString())
        .config("spark.sql.shuffle.partitions", 1)
        // Otherwise each query has generated classes of its own, which the JVM has to compile
        // again: as long as it does, a row costs about twice what it costs later in the query.
        .config("spark.sql.artifact.isolation.enabled", false)
        .getOrCreate();
  }
}
