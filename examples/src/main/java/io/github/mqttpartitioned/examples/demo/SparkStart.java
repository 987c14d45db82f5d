// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager;

/** Starts Spark in a thread of its own, as there is more to start. */
final class SparkStart {

  private final FutureTask<SparkSession> starting;

  private SparkStart(FutureTask<SparkSession> starting) {
    this.starting = starting;
  }

  /**
   * Begins; returns at once.
   *
   * @param temporary directory for what Spark needs only while it runs
   */
  static SparkStart begin(Path temporary) {
    FutureTask<SparkSession> starting = new FutureTask<>(() -> session(temporary));
    Thread thread = new Thread(starting, "spark-start");
    thread.setDaemon(true);
    thread.start();
    return new SparkStart(starting);
  }

  private static SparkSession session(Path temporary) {
    return SparkSession.builder()
        .master("local[*]")
        .appName("mqtt-partitioned-demo")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.local.dir", temporary.resolve("local").toString())
        .config("spark.sql.warehouse.dir", temporary.resolve("warehouse").toString())
        .config("spark.sql.shuffle.partitions", 1)
        .config("spark.sql.adaptive.enabled", false)
        // The default one starts processes when it renames a file.
        .config(
            "spark.sql.streaming.checkpointFileManagerClass",
            FileSystemBasedCheckpointFileManager.class.getName())
        // A query that goes on with nothing to read says so only then, 10 s later by default.
        .config("spark.sql.streaming.noDataProgressEventInterval", "100ms")
        .getOrCreate();
  }

  /** Waits for the session. */
  SparkSession await() throws Exception {
    try {
      return starting.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
