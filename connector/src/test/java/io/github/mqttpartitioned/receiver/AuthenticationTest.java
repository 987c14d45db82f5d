// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_AUTHENTICATION_FAILED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONNECTION_REFUSED;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.Packets;
import io.github.mqttpartitioned.testkit.ScramServer;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.ScriptedBroker.Script;
import io.github.mqttpartitioned.testkit.ScriptedConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exchange of AUTH packets, with a broker that a script plays. */
class AuthenticationTest {

  private static final int CONTINUE = 0x18;
  private static final int RE_AUTHENTICATE = 0x19;
  private static final String SCRAM = "SCRAM-SHA-256";
  private static final String JWT = "OAUTH2-JWT";
  private static final String PASSWORD = "pencil-Ω";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"SCRAM-SHA-256", "SCRAM-SHA-512"})
  void scramProvesThePasswordAndNeverSendsIt(String method) throws Exception {
    List<Connect> connects = new CopyOnWriteArrayList<>();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connects.add(new ScramServer(method, "me", PASSWORD, 4096).accept(connection));
                  connection.grant();
                });
        Member member = scramMember(broker, method).startConnected()) {
      assertThat(member.status().problem()).isNull();
      Connect connect = connects.get(0);
      assertThat(connect.username()).contains("me");
      assertThat(connect.password()).isEmpty();
      assertThat(connect.properties().string(Property.AUTHENTICATION_METHOD)).contains(method);
    }
  }

  @Test
  void scramRefusesABrokerThatDoesNotKnowThePassword() throws Exception {
    fails(
        connection -> {
          challenge(connection, 4096);
          connection.expect(PacketType.AUTH);
          connection.send(
              Packets.connack(false, 0, authentication(SCRAM, "v=Zm9yZ2Vk".getBytes(UTF_8))));
          connection.expectClosed();
        },
        "the broker has not proved that it knows the password");
  }

  @Test
  void scramRefusesABrokerThatSkipsTheExchange() throws Exception {
    fails(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          connection.expectClosed();
        },
        "the broker has not proved that it knows the password: it accepts the member without an"
            + " exchange");
  }

  @Test
  void scramRefusesABrokerThatKeepsItsSignature() throws Exception {
    fails(
        connection -> {
          challenge(connection, 4096);
          connection.expect(PacketType.AUTH);
          connection.send(Packets.connack(false, 0, MqttProperties.NONE));
          connection.expectClosed();
        },
        "its last message is missing");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 1_000_001})
  void scramRefusesTooFewAndTooManyIterations(int iterations) throws Exception {
    fails(
        connection -> {
          challenge(connection, iterations);
          connection.expectClosed();
        },
        "the broker asks for %d iterations of SCRAM; accepted are 4096 to 1000000"
            .formatted(iterations));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "r=x,s=,i=", "\u0000", "e=unknown-user", "r=other,s=c2FsdA==,i=4096"})
  void scramRefusesWhatIsNoScram(String challenge) throws Exception {
    fails(
        connection -> {
          connection.expect(PacketType.CONNECT);
          connection.send(auth(CONTINUE, SCRAM, challenge.getBytes(UTF_8)));
          connection.expectClosed();
        },
        "the broker does not answer as SCRAM demands");
  }

  @Test
  void wrongPasswordOfScramIsTheBrokersRefusal() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  ScramServer server = new ScramServer(SCRAM, "me", "other", 4096);
                  try {
                    server.accept(connection);
                    throw new AssertionError("accepted");
                  } catch (SecurityException e) {
                    connection.send(Packets.connack(false, 0x87, MqttProperties.NONE));
                  }
                });
        Member member = scramMember(broker, SCRAM).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[" + MQTT_CONNECTION_REFUSED + "]")
          .hasMessageContaining("not authorized (0x87)")
          .hasMessageNotContaining(PASSWORD);
    }
  }

  @Test
  void brokerThatSendsAuthUnaskedIsLeft() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(auth(CONTINUE, "X", new byte[0]));
                  connection.expectClosed();
                });
        Member member =
            new Member(folder, broker.url())
                .connectTimeout(Duration.ofSeconds(3))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("AUTH, though CONNECT had no Authentication Method");
    }
  }

  @Test
  void tokenIsTheAuthenticationDataAndIsRenewedBeforeItEnds() throws Exception {
    Tokens.life = Duration.ofSeconds(2);
    List<String> seen = new CopyOnWriteArrayList<>();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  Connect connect = acceptMember(connection, false);
                  assertThat(connect.username()).isEmpty();
                  assertThat(connect.password()).isEmpty();
                  assertThat(connect.properties().string(Property.AUTHENTICATION_METHOD))
                      .contains(JWT);
                  seen.add(token(connect.properties()));
                  for (int i = 0; i < 2; i++) {
                    Packet.Auth auth = connection.expect(PacketType.AUTH).auth();
                    assertThat(auth.reason()).isEqualTo(RE_AUTHENTICATE);
                    assertThat(auth.properties().string(Property.AUTHENTICATION_METHOD))
                        .contains(JWT);
                    seen.add(token(auth.properties()));
                    connection.send(Packets.auth(0, MqttProperties.NONE));
                  }
                });
        Member member = tokenMember(broker).startConnected()) {
      awaitRenewal(member, seen, "token 1", "token 2", "token 3");
    }
  }

  @Test
  void brokerThatAsksForItGetsANewToken() throws Exception {
    Tokens.life = Duration.ofHours(1);
    List<String> seen = new CopyOnWriteArrayList<>();
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  acceptMember(connection, false);
                  connection.send(auth(RE_AUTHENTICATE, JWT, new byte[0]));
                  seen.add(token(connection.expect(PacketType.AUTH).auth().properties()));
                  connection.send(Packets.auth(0, MqttProperties.NONE));
                });
        Member member = tokenMember(broker).startConnected()) {
      awaitRenewal(member, seen, "token 2");
    }
  }

  @Test
  void refusedRenewalConnectsAgainWithANewToken() throws Exception {
    Tokens.life = Duration.ofSeconds(2);
    List<String> seen = new CopyOnWriteArrayList<>();
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  acceptMember(connection, false);
                  connection.expect(PacketType.AUTH);
                  connection.send(Packets.disconnect(0x87, MqttProperties.NONE));
                  connection.cut();
                },
                connection -> {
                  Tokens.life = Duration.ofHours(1);
                  seen.add(token(connection.accept(true, MqttProperties.NONE).properties()));
                  connection.grant();
                });
        Member member = tokenMember(broker).startConnected()) {
      awaitSecondConnection(member);
      assertThat(seen).containsExactly("token 3");
      assertThat(Tokens.refused).containsExactly("token 2");
    }
  }

  @Test
  void renewalWithoutAnAnswerConnectsAgain() throws Exception {
    Tokens.life = Duration.ofSeconds(2);
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  acceptMember(connection, false);
                  connection.expect(PacketType.AUTH);
                },
                connection -> {
                  Tokens.life = Duration.ofHours(1);
                  acceptMember(connection, true);
                });
        Member member =
            tokenMember(broker).connectTimeout(Duration.ofSeconds(4)).startConnected()) {
      awaitSecondConnection(member);
    }
  }

  @Test
  void providerThatFailsAtARenewalIsAskedAgain() throws Exception {
    Tokens.life = Duration.ofSeconds(2);
    Tokens.failing = 2;
    List<String> seen = new CopyOnWriteArrayList<>();
    try (ReceiverLog log = new ReceiverLog();
        ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  acceptMember(connection, false);
                  seen.add(token(connection.expect(PacketType.AUTH).auth().properties()));
                });
        Member member = tokenMember(broker).startConnected()) {
      awaitRenewal(member, seen, "token 3");
      assertThat(log.messages())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("[MQTT_CREDENTIALS_UNAVAILABLE] Partition 0 has no new credentials")
                      .contains("IllegalStateException: vault is away"));
    }
  }

  @Test
  void brokerThatAsksForMoreThanATokenIsLeft() throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.expect(PacketType.CONNECT);
                  connection.send(auth(CONTINUE, JWT, "more".getBytes(UTF_8)));
                  connection.expectClosed();
                });
        Member member = tokenMember(broker).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[" + MQTT_AUTHENTICATION_FAILED + "]")
          .hasMessageContaining("the broker asks for more than the credentials");
    }
  }

  /** Gives tokens with numbers. */
  public static final class Tokens implements CredentialsProvider {

    static final AtomicInteger GIVEN = new AtomicInteger();
    static final List<String> refused = new CopyOnWriteArrayList<>();
    static volatile Duration life = Duration.ofHours(1);

    /** The number of the call that fails. */
    static volatile int failing = -1;

    @Override
    public Credentials credentials(Request request) {
      int number = GIVEN.incrementAndGet();
      if (number == failing) {
        throw new IllegalStateException("vault is away");
      }
      return Credentials.of(null, "token " + number).endingAt(Instant.now().plus(life));
    }

    @Override
    public void refused(Credentials credentials) {
      refused.add(new String(credentials.secret().orElseThrow(), UTF_8));
    }
  }

  @BeforeEach
  void newTokens() {
    Tokens.GIVEN.set(0);
    Tokens.refused.clear();
    Tokens.failing = -1;
  }

  private Member tokenMember(ScriptedBroker broker) {
    return new Member(folder, broker.url())
        .credentials(new CredentialSettings(null, null, null, null, Tokens.class.getName(), JWT));
  }

  private Member scramMember(ScriptedBroker broker, String method) {
    return new Member(folder, broker.url())
        .credentials(new CredentialSettings("me", new Secret(PASSWORD), null, null, null, method));
  }

  private void fails(Script script, String expected) throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start(script);
        Member member = scramMember(broker, SCRAM).start().await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[" + MQTT_AUTHENTICATION_FAILED + "] Member member-0")
          .hasMessageContaining(expected)
          .hasMessageNotContaining(PASSWORD);
      assertThat(broker.connections()).isEqualTo(1);
    }
  }

  /** Plays the broker until it has sent its challenge of SCRAM. */
  private static void challenge(ScriptedConnection connection, int iterations) {
    ScramServer server = new ScramServer(SCRAM, "me", PASSWORD, iterations);
    Connect connect = connection.expect(PacketType.CONNECT).connect();
    connection.send(auth(CONTINUE, SCRAM, server.first(data(connect.properties()))));
  }

  private static Connect acceptMember(ScriptedConnection connection, boolean sessionPresent) {
    Connect connect = connection.accept(sessionPresent, MqttProperties.NONE);
    connection.grant();
    return connect;
  }

  private static void awaitRenewal(Member member, List<String> seen, String... tokens) {
    Await.until("the last token", Member.DEADLINE, () -> seen.size() >= tokens.length);
    assertThat(seen).containsExactly(tokens);
    assertThat(member.status().counts().connections()).isEqualTo(1);
  }

  private static void awaitSecondConnection(Member member) {
    Await.until(
        "a second connection", Member.DEADLINE, () -> member.status().counts().connections() == 2);
  }

  private static byte[] auth(int reason, String method, byte[] data) {
    return Packets.auth(reason, authentication(method, data));
  }

  private static MqttProperties authentication(String method, byte[] data) {
    return MqttProperties.NONE
        .with(Property.AUTHENTICATION_METHOD, method)
        .with(Property.AUTHENTICATION_DATA, data);
  }

  private static String token(MqttProperties properties) {
    return new String(data(properties), UTF_8);
  }

  private static byte[] data(MqttProperties properties) {
    return properties.binary(Property.AUTHENTICATION_DATA).orElseThrow();
  }
}
