// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.coordinator.NodeLink;
import io.github.mqttpartitioned.cluster.coordinator.Nodes;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A start that fails, with whatever it throws, leaves nothing running and can be tried again. */
class FailedStartTest extends StreamFixture {

  /** Nodes as of a cluster: they come and go, so the coordinator has a thread. */
  private final class ChangingNodes implements Nodes {
    final AtomicInteger closed = new AtomicInteger();

    @Override
    public List<NodeLink> live() {
      return List.of(node);
    }

    @Override
    public boolean isFixed() {
      return false;
    }

    @Override
    public void onChange(Runnable listener) {}

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private static SparkHost host(SparkHost.NodesFactory nodes) {
    return new SparkHost(
        2, new Configuration(), List.of(), nodes, null, needed -> 2, OptionalLong::empty);
  }

  static List<Throwable> failures() {
    // Spark's Scala code throws checked exceptions that it does not declare.
    return List.of(
        new IOException("the block manager master is gone"),
        new NoClassDefFoundError("org/lmdbjava/Env"),
        new IllegalStateException("no nodes"));
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> RuntimeException undeclared(Throwable failure) throws T {
    throw (T) failure;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void checkpointIsFreeAgainWhateverFindingTheNodesThrows(Throwable failure) {
    MqttMicroBatchStream failing =
        stream(
            host(
                (settings, epoch) -> {
                  throw FailedStartTest.<RuntimeException>undeclared(failure);
                }));
    assertThatThrownBy(() -> latest(failing, failing.initialOffset())).isSameAs(failure);
    failing.stop();

    MqttMicroBatchStream next = stream();
    assertThat(latest(next, next.initialOffset())).isEqualTo(SourceOffset.zero(2));
    next.stop();
  }

  @Test
  void errorWhileAPartitionIsAssignedClosesTheCoordinatorAndItsNodes() {
    Set<Thread> before = threads();
    ChangingNodes nodes = new ChangingNodes();
    node.failAssign = new NoClassDefFoundError("org/lmdbjava/Env");
    MqttMicroBatchStream failing = stream(host((settings, epoch) -> nodes));
    assertThatThrownBy(() -> latest(failing, failing.initialOffset())).isSameAs(node.failAssign);
    assertThat(node.calls()).endsWith("release");
    assertThat(nodes.closed).hasValue(1);
    failing.stop();
    awaitNoThreadBut(before);

    node.failAssign = null;
    MqttMicroBatchStream next = stream();
    assertThat(latest(next, next.initialOffset())).isEqualTo(SourceOffset.zero(2));
    next.stop();
  }

  @Test
  void errorWhileAMemberConnectsEndsTheCoordinatorsThread() {
    Set<Thread> before = threads();
    ChangingNodes nodes = new ChangingNodes();
    node.failStatus = new StackOverflowError();
    MqttMicroBatchStream failing = stream(host((settings, epoch) -> nodes), "metricsPort", "0");
    assertThatThrownBy(() -> latest(failing, failing.initialOffset())).isSameAs(node.failStatus);
    assertThat(nodes.closed).hasValue(1);
    awaitNoThreadBut(before);

    node.failStatus = null;
    MqttMicroBatchStream next = stream();
    assertThat(latest(next, next.initialOffset())).isEqualTo(SourceOffset.zero(2));
    next.stop();
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("mqtt-"))
        .collect(Collectors.toSet());
  }

  private static void awaitNoThreadBut(Set<Thread> before) {
    Await.until(
        "end of all threads of the source",
        Duration.ofSeconds(30),
        () -> before.containsAll(threads()));
  }
}
