// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Request.Leave;
import io.github.mqttpartitioned.cluster.rpc.StartMessage.Order;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.rpc.RpcEndpointRef;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An executor that asks its driver for a node, both in this JVM, over Spark's real RPC. */
class NodeRequestsTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path temp;
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<NodeRegistration> started = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void startSpark() {
    Spark.session();
  }

  /** A desk that offers the same to everybody. */
  private NodeRequests.Desk desk(@Nullable Order offer) {
    return new NodeRequests.Desk() {
      @Override
      public @Nullable Order offer(String executor) {
        asked.add(executor);
        return offer;
      }

      @Override
      public void started(String executor, NodeRegistration registration) {
        started.add(registration);
      }
    };
  }

  @Test
  void executorStartsTheNodeThatItIsOfferedAndTellsTheDriver() throws Exception {
    SourceSettings settings =
        new TestSettings("tcp://127.0.0.1:1", temp).sourceId("requested").build();
    RpcEndpointRef endpoint =
        NodeRequests.open("requested", desk(new Order(settings, 7, "driver")));
    try {
      NodeRequests.startHere("requested");
      Await.until("the driver to hear of it", LIMIT, () -> started.size() == 1);
      assertThat(asked).containsExactly("driver");
      assertThat(NodeHost.ofThisJvm().has("requested")).isTrue();
      // It has its node now.
      NodeRequests.startHere("requested");
      assertThat(asked).hasSize(1);

      Leave leave = new Leave("requested", started.get(0).id());
      assertThat(NodeHost.ofThisJvm().answer(leave).get()).isInstanceOf(Answer.Done.class);
      assertThat(NodeHost.ofThisJvm().has("requested")).isFalse();
    } finally {
      NodeRequests.close(endpoint);
    }
  }

  @Test
  void executorThatIsToHaveNoNodeStartsNone() throws Exception {
    RpcEndpointRef endpoint = NodeRequests.open("unwanted", desk(null));
    try {
      NodeRequests.startHere("unwanted");
    } finally {
      NodeRequests.close(endpoint);
    }
    assertThat(asked).containsExactly("driver");
    assertThat(NodeHost.ofThisJvm().has("unwanted")).isFalse();
  }

  @Test
  void queryThatIsOverIsAnErrorThatNamesItsSource() {
    assertThatThrownBy(() -> NodeRequests.startHere("over"))
        .hasStackTraceContaining("mqtt-partitioned-over");
  }
}
