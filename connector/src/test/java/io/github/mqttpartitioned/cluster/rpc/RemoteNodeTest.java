// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed;
import io.github.mqttpartitioned.cluster.rpc.Answer.Failed.Reason;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.SharedSecret;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.spark.network.util.MapConfigProvider;
import org.junit.jupiter.api.Test;

/** What the driver makes of a node that answers its questions, but not what else it is told. */
class RemoteNodeTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Network NETWORK = new Network(new MapConfigProvider(Map.of()), "app", null);

  private interface Check {
    void of(RemoteNode node);
  }

  /** Runs against a node that answers so whatever is no question for its status. */
  private static void against(Supplier<Answer> answer, Check check) {
    try (NodeServer server =
            new NodeServer(
                NETWORK,
                "127.0.0.1",
                request ->
                    CompletableFuture.completedFuture(
                        request instanceof Request.Poll
                            ? new Answer.Report(1, Map.of())
                            : answer.get()));
        RemoteNode node = link(server.port(), NETWORK)) {
      node.start();
      check.of(node);
    }
  }

  private static RemoteNode link(int port, Network network) {
    return new RemoteNode(
        "source",
        new NodeRegistration(new NodeAddress("1", "127.0.0.1", port), 7, Set.of()),
        new NodeClients(network),
        () -> {});
  }

  private static final SourceSettings SETTINGS =
      new TestSettings("tcp://broker", Path.of("/stores")).build();
  private static final PartitionAssignment ASSIGNMENT =
      new PartitionAssignment(0, "127.0.0.1", 0, 7, false);

  /** An error is no answer: Spark's transport closes the connection. */
  private static Answer brokenOff() {
    throw new AssertionError("broken off");
  }

  /** A peer that accepts a connection, and never answers the first message of authentication. */
  @Test
  void noCallerWaitsForAConnection() throws Exception {
    Network secured =
        new Network(
            new MapConfigProvider(Map.of("spark.network.crypto.enabled", "true")),
            "app",
            new SharedSecret("secret"));
    try (ServerSocket silent = new ServerSocket(0);
        RemoteNode node = link(silent.getLocalPort(), secured)) {
      assertTimeoutPreemptively(
          Duration.ofSeconds(10),
          () -> {
            node.assign(SETTINGS, ASSIGNMENT);
            node.progress("source", 0, Progress.ofTrim(1));
            node.publishLocations("source", PartitionLocations.UNKNOWN);
          });
      silent.accept().close();
      Await.until("loss of the node", LIMIT, node::isLost);
    }
  }

  @Test
  void requestThatWaitsForAConnectionFailsWhenTheLinkIsClosed() throws Exception {
    Network secured =
        new Network(
            new MapConfigProvider(Map.of("spark.network.crypto.enabled", "true")),
            "app",
            new SharedSecret("secret"));
    try (ServerSocket silent = new ServerSocket(0)) {
      RemoteNode node = link(silent.getLocalPort(), secured);
      CompletableFuture<Void> first = CompletableFuture.runAsync(() -> node.release("source", 0));
      silent.accept();
      CompletableFuture<Void> second = CompletableFuture.runAsync(() -> node.release("source", 1));
      Await.until(
          "a second request behind the first one",
          LIMIT,
          () ->
              Thread.getAllStackTraces().entrySet().stream()
                      .filter(each -> isAsking(each.getValue()))
                      .count()
                  == 2);
      node.close();
      assertThat(first).failsWithin(Duration.ofSeconds(10));
      assertThat(second).failsWithin(Duration.ofSeconds(10));
    }
  }

  private static boolean isAsking(StackTraceElement[] stack) {
    return Arrays.stream(stack)
        .anyMatch(
            frame ->
                frame.getClassName().endsWith(".RequestSender")
                    && frame.getMethodName().equals("ask"));
  }

  @Test
  void requestsArriveInTheOrderInWhichTheyWereMade() {
    List<Request> asked = new CopyOnWriteArrayList<>();
    try (NodeServer server =
            new NodeServer(
                NETWORK,
                "127.0.0.1",
                request -> {
                  asked.add(request);
                  return CompletableFuture.completedFuture(new Answer.Done());
                });
        RemoteNode node = link(server.port(), NETWORK)) {
      List<Request> made = new ArrayList<>();
      for (int offset = 0; offset < 500; offset++) {
        made.add(new Request.Advance("source", 7, 0, Progress.ofTrim(offset)));
        node.progress("source", 0, Progress.ofTrim(offset));
      }
      made.add(new Request.Release("source", 7, 0));
      node.release("source", 0);
      assertThat(asked).isEqualTo(made);
    }
  }

  @Test
  void nodeThatMayNotHaveHeardOfItsPartitionIsLost() {
    against(
        RemoteNodeTest::brokenOff,
        node -> {
          node.assign(SETTINGS, ASSIGNMENT);
          Await.until("loss of the node", LIMIT, node::isLost);
          assertThat(node.status("source", 0)).isNull();
        });
  }

  @Test
  void nodeThatMayNotHaveHeardWhoHoldsWhatIsLost() {
    against(
        RemoteNodeTest::brokenOff,
        node -> {
          node.publishLocations("source", PartitionLocations.UNKNOWN);
          Await.until("loss of the node", LIMIT, node::isLost);
        });
  }

  @Test
  void nodeThatHasLetTheSourceGoIsLostAndThePartitionHasNotFailed() {
    against(
        () -> new Failed(Reason.NOT_HERE, "its lease is over"),
        node -> {
          node.assign(SETTINGS, ASSIGNMENT);
          Await.until("loss of the node", LIMIT, node::isLost);
          assertThat(node.status("source", 0)).isNull();
        });
  }

  @Test
  void partitionThatTheNodeCannotHoldHasFailedAndTheNodeIsKept() {
    against(
        () -> new Failed(Reason.ERROR, "damaged"),
        node -> {
          node.assign(SETTINGS, ASSIGNMENT);
          PartitionStatus status =
              Await.value("a status", LIMIT, () -> node.status("source", 0), told -> told != null);
          assertThat(status.state()).isEqualTo(State.FAILED);
          assertThat(status.problem()).hasMessage("[MQTT_NODE_FAILED] damaged");
          assertThat(node.isLost()).isFalse();
        });
  }
}
