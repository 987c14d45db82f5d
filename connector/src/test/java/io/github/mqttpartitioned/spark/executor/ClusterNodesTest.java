// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.executor.Executors.Executor;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often the driver looks for executors that need a node. Spark is local: it has one executor,
 * whose id is {@code driver}, and it runs there what is meant for any other one.
 */
class ClusterNodesTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path temp;
  private final SparkContext context = Spark.session().sparkContext();
  private final AtomicInteger looks = new AtomicInteger();
  private volatile List<Executor> executors = List.of();

  private ClusterNodes open(String sourceId, Duration longestRest) {
    SourceSettings settings =
        new TestSettings("tcp://127.0.0.1:1", temp).sourceId(sourceId).build();
    return ClusterNodes.open(context, settings, 1, this::look, longestRest);
  }

  private List<Executor> look() {
    looks.incrementAndGet();
    return executors;
  }

  @Test
  void startThatBacksOffIsLookedAtOnlyWhenItsNextAttemptIsDue() throws Exception {
    try (CapturedLog log = new CapturedLog();
        ClusterNodes nodes = open("backingoff", Duration.ofSeconds(1))) {
      executors = List.of(new Executor("elsewhere", "otherhost"));
      // After 500, 1,000 and 2,000 ms.
      Await.until(
          "the fourth attempt to fail",
          LIMIT,
          () -> !log.lines("Next attempt in 4000 ms").isEmpty());
      assertThat(nodes.live()).isEmpty();
      // Two per attempt, and one per second.
      assertThat(looks).hasValueLessThan(20);
    }
  }

  @Test
  void endOfTheJobThatStartsANodeIsNoticedAtOnce() throws Exception {
    executors = List.of(new Executor("driver", "127.0.0.1"));
    try (ClusterNodes nodes = open("noticed", Duration.ofHours(1))) {
      List<NodeLink> live = nodes.live();
      assertThat(live).extracting(node -> node.address().name()).containsExactly("driver");
      assertThat(looks).hasValueLessThan(5);
      live.get(0).release("noticed");
    }
  }

  @Test
  void executorThatGoesTakesItsNodeAlong() throws Exception {
    executors = List.of(new Executor("driver", "127.0.0.1"));
    try (ClusterNodes nodes = open("gone", Duration.ofMillis(50))) {
      AtomicInteger changes = new AtomicInteger();
      nodes.onChange(changes::incrementAndGet);
      NodeLink node = nodes.live().get(0);
      node.release("gone");
      executors = List.of();
      Await.until("the node to go", LIMIT, () -> nodes.live().isEmpty());
      Await.until("the coordinator to be told", LIMIT, () -> changes.get() > 0);
    }
  }
}
