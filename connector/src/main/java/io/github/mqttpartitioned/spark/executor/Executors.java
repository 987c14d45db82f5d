// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.BlockManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;

/** The executors of an application. */
public final class Executors {

  private static final Logger LOG = LoggerFactory.getLogger(Executors.class);

  /** No more are waited for once none has come for this long. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(50);

  private Executors() {}

  /**
   * One executor.
   *
   * @param id unique in the application, never given again
   * @param host as Spark knows it
   */
  public record Executor(String id, String host) {
    /** Spark's way to name an executor as a preferred location. */
    public String location() {
      return location(id, host);
    }

    public static String location(String id, String host) {
      return "executor_" + host + "_" + id;
    }
  }

  /** Those that there are now. */
  static List<Executor> present() {
    BlockManager driver = SparkEnv.get().blockManager();
    return CollectionConverters.asJava(driver.master().getPeers(driver.blockManagerId())).stream()
        .map(peer -> new Executor(peer.executorId(), peer.host()))
        .toList();
  }

  /**
   * Waits until there is an executor, and then until no more come: an application begins before its
   * executors do.
   *
   * @throws UncheckedIOException when interrupted
   */
  static void await(SparkContext context) {
    if (present().isEmpty()) {
      LOG.info("Waits for the first executor");
      // Where executors are given on demand, a job is what asks for them.
      new JavaSparkContext(context).parallelize(List.of(1), 1).count();
    }
    long began = System.nanoTime();
    long quietSince = began;
    int count = 0;
    while (System.nanoTime() - quietSince < QUIET.toNanos()
        && System.nanoTime() - began < LONGEST.toNanos()) {
      int now = present().size();
      if (now != count) {
        count = now;
        quietSince = System.nanoTime();
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("stopped while executors came"));
    }
  }
}
