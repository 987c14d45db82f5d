// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.spark.compat.PlacedJob;
import io.github.mqttpartitioned.spark.read.TaskLocation;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.SparkContext;

/** A directory that may be on each host of the application. */
public final class HostDirectories {

  private HostDirectories() {}

  /**
   * Removes a directory and what is in it, on the driver's host and on each executor's. Waits for
   * the tasks that do it.
   *
   * @param directory absolute path
   * @return on how many hosts or executors it was there
   * @throws RuntimeException if a part of it cannot be removed
   */
  public static int remove(String directory) {
    int removed = removeHere(directory) ? 1 : 0;
    SparkContext context = SparkContext.getOrCreate();
    if (context.isLocal()) {
      return removed;
    }
    Executors.await(context);
    List<CompletableFuture<List<Boolean>>> tasks = new ArrayList<>();
    for (Executors.Executor executor : Executors.present()) {
      tasks.add(
          PlacedJob.submit(
              context,
              directory,
              TaskLocation.ofExecutor(executor.id(), executor.host()),
              HostDirectories::removeHere));
    }
    for (CompletableFuture<List<Boolean>> task : tasks) {
      removed += (int) task.join().stream().filter(done -> done).count();
    }
    return removed;
  }

  private static boolean removeHere(String directory) {
    File there = new File(directory);
    if (!there.exists()) {
      return false;
    }
    if (!FileUtil.fullyDelete(there)) {
      throw new UncheckedIOException(new IOException("cannot remove " + directory));
    }
    return true;
  }
}
