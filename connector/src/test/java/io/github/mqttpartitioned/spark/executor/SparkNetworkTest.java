// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.rpc.Answer;
import io.github.mqttpartitioned.cluster.rpc.Network;
import io.github.mqttpartitioned.cluster.rpc.NodeClient;
import io.github.mqttpartitioned.cluster.rpc.NodeClients;
import io.github.mqttpartitioned.cluster.rpc.NodeServer;
import io.github.mqttpartitioned.cluster.rpc.Request.Scrape;
import io.github.mqttpartitioned.cluster.rpc.UnreachableException;
import io.github.mqttpartitioned.testkit.TestCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.internal.config.package$;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.Option;

/** What Spark's settings mean for a peer that connects to a node. */
class SparkNetworkTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Answer ANSWER = new Answer.Text("measured");

  private static Network network(Map<String, String> settings) {
    SparkConf conf = new SparkConf(false).set("spark.app.id", "app").set("spark.master", "local");
    conf.set("spark.mqtt.io.connectionTimeout", "10s");
    settings.forEach(conf::set);
    return SparkNetwork.of(
        conf, new SecurityManager(conf, Option.empty(), package$.MODULE$.AUTH_SECRET_FILE()));
  }

  private static Map<String, String> authenticated(String secret, boolean encrypted) {
    return Map.of(
        "spark.authenticate",
        "true",
        "spark.authenticate.secret",
        secret,
        "spark.network.crypto.enabled",
        String.valueOf(encrypted));
  }

  private static NodeServer server(Network network) {
    return new NodeServer(
        network, "127.0.0.1", request -> CompletableFuture.completedFuture(ANSWER));
  }

  private static Answer ask(NodeServer server, Network network) {
    try (NodeClients clients = new NodeClients(network)) {
      NodeClient client = clients.connect(new NodeAddress("1", "127.0.0.1", server.port()));
      return client.await(client.ask(new Scrape()), LIMIT);
    }
  }

  private static void assertRefused(NodeServer server, Network network) {
    assertThatThrownBy(() -> ask(server, network)).isInstanceOf(UnreachableException.class);
  }

  @ParameterizedTest(name = "encrypted {0}")
  @ValueSource(booleans = {false, true})
  void whereSparkAuthenticatesOnlyWhoKnowsTheSecretIsAnswered(boolean encrypted) {
    try (NodeServer server = server(network(authenticated("right", encrypted)))) {
      assertThat(ask(server, network(authenticated("right", encrypted)))).isEqualTo(ANSWER);
      assertRefused(server, network(authenticated("wrong", encrypted)));
      assertRefused(server, network(Map.of()));
    }
  }

  @Test
  void whereSparkDoesNotAuthenticateAnyoneIsAnswered() {
    try (NodeServer server = server(network(Map.of()))) {
      assertThat(ask(server, network(Map.of()))).isEqualTo(ANSWER);
    }
  }

  @Test
  void whereSparkSpeaksTlsWhoeverDoesNotIsRefused(@TempDir Path folder) {
    Map<String, String> tls = TestCertificates.in(folder).server().sparkSettings();
    try (NodeServer server = server(network(tls))) {
      assertThat(ask(server, network(tls))).isEqualTo(ANSWER);
      assertRefused(server, network(Map.of()));
    }
  }
}
