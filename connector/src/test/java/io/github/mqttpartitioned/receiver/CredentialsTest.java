// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import io.github.mqttpartitioned.testkit.TokenServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Credentials that are asked for at each connect. */
class CredentialsTest {

  @TempDir Path folder;

  @Test
  void passwordThatChangesInFileAndBrokerNeedsNoRestart() throws Exception {
    BrokerOptions options =
        BrokerOptions.DEFAULTS.credentials("user", "first").passwordChanges(true);
    assumeTrue(TestBrokers.canStart(options));
    Path file = Files.writeString(folder.resolve("password"), "first\n");
    try (TestBroker broker = TestBrokers.start(options);
        Member member = new Member(folder, broker.url()).credentials(inFile(file))) {
      member.startConnected();
      Files.writeString(file, "second\n");
      broker.changePassword("second");
      Await.until(
          "a connection with the second password",
          Member.DEADLINE,
          () ->
              member.status().counts().connections() == 2
                  && member.status().state() == State.CONNECTED);
    }
  }

  @Test
  void passwordFileThatIsNotThereFailsTheMember() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        Member member =
            new Member(folder, broker.url())
                .credentials(inFile(folder.resolve("none")))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith(
              "[MQTT_CREDENTIALS_UNAVAILABLE] Member member-0 of partition 0 at "
                  + broker.url()
                  + " has no credentials: passwordFile="
                  + folder.resolve("none"))
          .hasMessageContaining("there is no such file");
    }
  }

  /** As when a secret is being mounted anew. */
  @Test
  void passwordFileThatIsAwayForATimeIsWaitedForOnceConnected() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "first");
    List<String> passwords = new CopyOnWriteArrayList<>();
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  Connect connect = connection.accept(true, MqttProperties.NONE);
                  passwords.add(connect.password().orElseThrow());
                  connection.grant();
                });
        Member member = new Member(folder, broker.url()).credentials(inFile(file))) {
      member.startConnected();
      Files.delete(file);
      broker.awaitConnection(0, Member.DEADLINE).cut();
      Await.until(
          "a failed attempt",
          Member.DEADLINE,
          () ->
              log.messages().stream()
                  .anyMatch(line -> line.contains("MQTT_CREDENTIALS_UNAVAILABLE")));
      Files.writeString(file, "second");
      Await.until(
          "a second connection",
          Member.DEADLINE,
          () -> member.status().counts().connections() == 2);
      assertThat(passwords).containsExactly("first", "second");
    }
  }

  @Test
  void refusedTokenIsNotUsedAgain() throws Exception {
    List<String> passwords = new CopyOnWriteArrayList<>();
    try (TokenServer server =
            new TokenServer().answer(200, "{\"access_token\":\"t#\",\"expires_in\":3600}");
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  passwords.add(
                      connection.accept(false, MqttProperties.NONE).password().orElseThrow());
                  connection.grant();
                  connection.send(Packets.disconnect(0x87, MqttProperties.NONE));
                  connection.cut();
                },
                connection -> {
                  passwords.add(
                      connection.accept(false, MqttProperties.NONE).password().orElseThrow());
                  connection.grant();
                  connection.cut();
                },
                connection -> {
                  passwords.add(
                      connection.accept(false, MqttProperties.NONE).password().orElseThrow());
                  connection.grant();
                });
        Member member =
            new Member(folder, broker.url())
                .credentials(
                    new CredentialSettings(
                        null,
                        null,
                        null,
                        new OAuthClient(server.url(), "id", new Secret("hunter2"), null),
                        null,
                        null))) {
      member.start();
      Await.until(
          "a third connection",
          Member.DEADLINE,
          () -> passwords.size() == 3 && member.status().state() == State.CONNECTED);
      assertThat(passwords).containsExactly("t1", "t2", "t2");
    }
  }

  /** Blocks until it is interrupted. */
  public static final class Blocking implements CredentialsProvider {
    @Override
    public Credentials credentials(Request request) throws InterruptedException {
      new CountDownLatch(1).await();
      throw new AssertionError();
    }
  }

  @Test
  void providerThatBlocksFailsTheMemberAtConnectTimeout() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.expect(PacketType.CONNECT));
        Member member =
            new Member(folder, broker.url())
                .connectTimeout(Duration.ofMillis(500))
                .credentials(provided(Blocking.class))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("has given no credentials within connectTimeout=500ms");
      assertThat(broker.connections()).isZero();
    }
  }

  @Test
  void memberWhoseProviderBlocksCanBeStopped() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(connection -> connection.expect(PacketType.CONNECT));
        Member member =
            new Member(folder, broker.url())
                .connectTimeout(Duration.ofMinutes(10))
                .credentials(provided(Blocking.class))
                .start()) {
      member.await(State.CONNECTING);
      long begun = System.nanoTime();
      member.receiver().stop();
      assertThat(member.receiver().join(Member.DEADLINE)).isTrue();
      assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(5).toNanos());
    }
  }

  private static CredentialSettings inFile(Path file) {
    return new CredentialSettings("user", null, file.toString(), null, null, null);
  }

  private static CredentialSettings provided(Class<? extends CredentialsProvider> provider) {
    return new CredentialSettings(null, null, null, null, provider.getName(), null);
  }
}
