// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_UNUSABLE;

import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.spark.compat.PlacedJob;
import io.github.mqttpartitioned.spark.read.TaskLocation;
import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;

/** A directory that may be on each host of the application. */
public final class HostDirectories {

  /** Spark may run a task elsewhere than asked: then its executor is visited once more. */
  private static final int ROUNDS = 3;

  private HostDirectories() {}

  /**
   * What a removal has done.
   *
   * @param hosts on which it has looked, as the nodes of a source name them
   * @param names of what lay in the directory, on all of these hosts
   */
  public record Removal(Set<String> hosts, Set<String> names) {

    public Removal {
      hosts = Set.copyOf(hosts);
      names = Set.copyOf(names);
    }
  }

  /**
   * Removes a directory and what is in it, on the driver's host and on each executor's. Waits for
   * the tasks that do it.
   *
   * @param directory absolute path
   * @throws RuntimeException if a part of it cannot be removed
   */
  public static Removal remove(String directory) {
    List<List<String>> visits = new ArrayList<>();
    visits.add(visit(directory));
    Set<String> hosts = new TreeSet<>();
    SparkContext context = SparkContext.getOrCreate();
    if (context.isLocal()) {
      hosts.add(Node.ofThisJvm().address().host());
    } else {
      Executors.await(context);
      visitExecutors(context, directory, visits);
    }
    Set<String> names = new TreeSet<>();
    for (List<String> visit : visits) {
      hosts.add(visit.get(1));
      names.addAll(visit.subList(2, visit.size()));
    }
    return new Removal(hosts, names);
  }

  private static void visitExecutors(
      SparkContext context, String directory, List<List<String>> visits) {
    Set<String> visited = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      List<CompletableFuture<List<List<String>>>> tasks =
          Executors.present().stream()
              .filter(executor -> !visited.contains(executor.id()))
              .map(executor -> TaskLocation.ofExecutor(executor.id(), executor.host()))
              .map(there -> PlacedJob.submit(context, directory, there, HostDirectories::visit))
              .toList();
      for (CompletableFuture<List<List<String>>> task : tasks) {
        List<String> visit = task.join().get(0);
        visited.add(visit.get(0));
        visits.add(visit);
      }
    }
  }

  /** Returns executor, host, and what lay in the directory. */
  private static List<String> visit(String directory) {
    SparkEnv env = SparkEnv.get();
    List<String> visit = new ArrayList<>();
    visit.add(env.executorId());
    visit.add(env.blockManager().blockManagerId().host());
    File there = new File(directory);
    String[] names = there.list();
    if (names != null) {
      visit.addAll(List.of(names));
    }
    if (there.exists() && !FileUtil.fullyDelete(there)) {
      throw new IllegalStateException(
          MQTT_STORE_UNUSABLE.message(
              """
              Cannot remove %s on host %s. Check that the user of this process can write to it, \
              and repeat the call."""
                  .formatted(directory, visit.get(1))));
    }
    return visit;
  }
}
