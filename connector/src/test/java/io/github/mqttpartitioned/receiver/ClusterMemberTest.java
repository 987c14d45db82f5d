// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.Ports;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member of a cluster connects to any URL that answers. */
class ClusterMemberTest {

  @TempDir Path folder;

  @Test
  void urlThatRefusesIsPassedOverAtTheStart() throws Exception {
    try (ScriptedBroker busy =
            ScriptedBroker.start(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(Packets.connack(false, 0x88, MqttProperties.NONE));
                });
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(publish("here", 1, 1));
                });
        Member member =
            new Member(folder, busy.url())
                .cluster(
                    "tcp://127.0.0.1:" + Ports.free(),
                    busy.url(),
                    "tcp://no_such_host:1",
                    broker.url())
                .start()
                .awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("here");
      assertThat(busy.connections()).isEqualTo(1);
    }
  }

  @Test
  void urlThatIsSilentDoesNotEndTheStart() throws Exception {
    try (ScriptedBroker silent = ScriptedBroker.start(connection -> {});
        ScriptedBroker broker =
            ScriptedBroker.start(connection -> ReceiverTest.ready(connection, false));
        Member member =
            new Member(folder, silent.url())
                .cluster(silent.url(), broker.url())
                .connectTimeout(Duration.ofSeconds(1))
                .startConnected()) {
      assertThat(member.status().state()).isEqualTo(State.CONNECTED);
    }
  }

  @Test
  void connectionThatIsLostIsMadeAgainAtTheNextUrl() throws Exception {
    try (ScriptedBroker first =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.cut();
                });
        ScriptedBroker second =
            ScriptedBroker.start(
                connection -> {
                  ReceiverTest.ready(connection, false);
                  connection.send(publish("there", 1, 1));
                });
        Member member =
            new Member(folder, first.url())
                .cluster(first.url(), second.url())
                .start()
                .awaitStored(1)) {
      assertThat(member.payloads()).containsExactly("there");
      assertThat(first.connections()).isEqualTo(1);
    }
  }
}
