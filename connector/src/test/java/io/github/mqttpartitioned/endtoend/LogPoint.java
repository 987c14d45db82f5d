// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager;

/**
 * Spark's files of a checkpoint, which hold the process at the end of a batch until its parent
 * kills it: before or after the entry of the offset log, or that of the commit log, is in its
 * place.
 */
public final class LogPoint extends FileSystemBasedCheckpointFileManager {

  /** Points to stop at. */
  enum Point {
    BEFORE_OFFSETS,
    AFTER_OFFSETS,
    BEFORE_COMMITS,
    AFTER_COMMITS
  }

  private static volatile Point point;
  private static final AtomicInteger LEFT = new AtomicInteger();

  /** Called by Spark. */
  public LogPoint(Path path, Configuration hadoop) {
    super(path, hadoop);
  }

  /** Whether there is a point of this name. */
  static boolean has(String name) {
    for (Point each : Point.values()) {
      if (each.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Has the process stop at a point: "at POINT" on standard output, and nothing after.
   *
   * @param times how often it is to be reached, the last time included
   */
  static void install(String name, int times) {
    point = Point.valueOf(name);
    LEFT.set(times);
  }

  @Override
  public void renameTempFile(Path from, Path to, boolean overwrite) {
    boolean offsets = to.getParent().getName().equals("offsets");
    boolean commits = to.getParent().getName().equals("commits");
    reached(offsets ? Point.BEFORE_OFFSETS : commits ? Point.BEFORE_COMMITS : null);
    super.renameTempFile(from, to, overwrite);
    reached(offsets ? Point.AFTER_OFFSETS : commits ? Point.AFTER_COMMITS : null);
  }

  private static void reached(Point here) {
    if (here != null && here == point && LEFT.decrementAndGet() == 0) {
      System.out.println("at " + here);
      while (true) {
        LockSupport.park();
      }
    }
  }
}
