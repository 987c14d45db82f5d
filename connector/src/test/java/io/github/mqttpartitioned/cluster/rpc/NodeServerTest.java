// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.Request.Fetch;
import io.github.mqttpartitioned.cluster.rpc.Request.Leave;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.SharedSecret;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.MapConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests over real sockets, with Spark's own authentication and encryption. */
class NodeServerTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<Request> asked = new CopyOnWriteArrayList<>();
  private CompletableFuture<Answer> answer = CompletableFuture.completedFuture(new Answer.Done());

  private NodeServer server(Network network) {
    return new NodeServer(
        network,
        "127.0.0.1",
        request -> {
          asked.add(request);
          return answer;
        });
  }

  private static Network plain() {
    return new Network(new MapConfigProvider(Map.of()), "app", null);
  }

  private static Network secured(String secret, boolean encrypted) {
    Map<String, String> config = new HashMap<>();
    config.put("spark.network.crypto.enabled", String.valueOf(encrypted));
    config.put("spark.mqtt.io.connectionTimeout", "10s");
    return new Network(new MapConfigProvider(config), "app", new SharedSecret(secret));
  }

  private static Answer ask(NodeClients clients, NodeServer server, Request request) {
    NodeClient client = clients.connect(new NodeAddress("1", "127.0.0.1", server.port()));
    return client.await(client.ask(request), LIMIT);
  }

  @Test
  void requestAndAnswerComeThrough() {
    answer = CompletableFuture.completedFuture(new Answer.Text("x".repeat(3_000_000)));
    try (NodeServer server = server(plain());
        NodeClients clients = new NodeClients(plain())) {
      assertThat(ask(clients, server, new Leave("s", 1))).isEqualTo(answer.join());
      assertThat(asked).containsExactly(new Leave("s", 1));
    }
  }

  @Test
  void failureIsToldInItsOwnWords() {
    answer = CompletableFuture.failedFuture(new IllegalStateException("no such partition"));
    try (NodeServer server = server(plain());
        NodeClients clients = new NodeClients(plain())) {
      assertThat(ask(clients, server, new Leave("s", 1)))
          .isEqualTo(new Answer.Failed(Answer.Failed.Reason.ERROR, "no such partition"));
    }
  }

  @ParameterizedTest(name = "encrypted {0}")
  @ValueSource(booleans = {false, true})
  void peerWithTheSecretIsAnswered(boolean encrypted) {
    try (NodeServer server = server(secured("right", encrypted));
        NodeClients clients = new NodeClients(secured("right", encrypted))) {
      assertThat(ask(clients, server, new Leave("s", 1))).isEqualTo(new Answer.Done());
    }
  }

  @ParameterizedTest(name = "encrypted {0}")
  @ValueSource(booleans = {false, true})
  void peerWithTheWrongSecretGetsNothing(boolean encrypted) {
    try (NodeServer server = server(secured("right", encrypted));
        NodeClients clients = new NodeClients(secured("wrong", encrypted))) {
      assertThatThrownBy(() -> ask(clients, server, new Leave("s", 1)))
          .isInstanceOf(UnreachableException.class);
      assertThat(asked).isEmpty();
    }
  }

  @Test
  void peerWithoutASecretGetsNothing() {
    try (NodeServer server = server(secured("right", true));
        NodeClients clients = new NodeClients(plain())) {
      assertThatThrownBy(() -> ask(clients, server, new Leave("s", 1)))
          .isInstanceOf(UnreachableException.class);
      assertThat(asked).isEmpty();
    }
  }

  /** Spark's TLS: with the settings as Spark resolves {@code spark.ssl.rpc}. */
  @Test
  void tlsIsSpokenAndWhoeverDoesNotSpeakItGetsNothing(@TempDir Path folder) {
    Map<String, String> config = TestCertificates.in(folder).server().sparkSettings();
    Network encrypted = new Network(new MapConfigProvider(config), "app", null);
    answer = CompletableFuture.completedFuture(new Answer.Text("x".repeat(3_000_000)));
    try (NodeServer server = server(encrypted);
        NodeClients clients = new NodeClients(encrypted);
        NodeClients plain = new NodeClients(plain())) {
      assertThat(ask(clients, server, new Leave("s", 1))).isEqualTo(answer.join());
      assertThatThrownBy(() -> ask(plain, server, new Leave("s", 2)))
          .isInstanceOf(UnreachableException.class);
      assertThat(asked).containsExactly(new Leave("s", 1));
    }
  }

  /** As a task's JVM that hangs, or is paused: what it has asked for must not fill the node. */
  @Test
  void peerThatAsksAndDoesNotReadIsAnsweredNoFurtherUntilItReads() throws Exception {
    int requests = 200;
    answer = CompletableFuture.completedFuture(new Answer.Text("x".repeat(1 << 20)));
    // One thread for all peers: what it has been asked before, it has taken note of.
    Network network =
        new Network(new MapConfigProvider(Map.of("spark.mqtt.io.serverThreads", "1")), "app", null);
    try (NodeServer server = server(network);
        NodeClients others = new NodeClients(plain());
        TransportContext context = plain().context(new NoOpRpcHandler());
        TransportClientFactory factory = context.createClientFactory(List.of())) {
      TransportClient client = factory.createClient("127.0.0.1", server.port());
      client.getChannel().config().setAutoRead(false);
      List<CompletableFuture<ByteBuffer>> answers = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        answers.add(ask(client, new Fetch("s", 1, i, i + 1)));
      }
      client.getChannel().eventLoop().submit(() -> {}).get();
      Await.until("some answers", LIMIT, () -> asked.size() > 8);
      for (int i = 0; i < 20; i++) {
        ask(others, server, new Leave("s", 1));
      }
      // The least, what sockets take, and a block under way.
      assertThat(asked.stream().filter(Fetch.class::isInstance)).hasSizeLessThan(60);
      client.getChannel().config().setAutoRead(true);
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).get(30, SECONDS);
    }
  }

  private static CompletableFuture<ByteBuffer> ask(TransportClient client, Request request) {
    CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
    client.sendRpc(
        request.encode(),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            answer.complete(ByteBuffer.allocate(0));
          }

          @Override
          public void onFailure(Throwable e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  @Test
  void lostConnectionIsToldToWhoeverWaits() {
    answer = new CompletableFuture<>();
    try (NodeClients clients = new NodeClients(plain())) {
      NodeServer server = server(plain());
      NodeClient client = clients.connect(new NodeAddress("1", "127.0.0.1", server.port()));
      CompletableFuture<Answer> waiting = client.ask(new Leave("s", 1));
      Await.until("the request", LIMIT, () -> !asked.isEmpty());
      server.close();
      assertThatThrownBy(() -> client.await(waiting, LIMIT))
          .isInstanceOf(UnreachableException.class);
      assertThatThrownBy(() -> clients.connect(client.node()))
          .isInstanceOf(UnreachableException.class);
    }
  }
}
