// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.DeadLetter;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.NodeRegistration;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings.OAuthClient;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import io.github.mqttpartitioned.testkit.Mutator;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every frame: comes through, is refused when it is cut or longer, and shows no secret. */
class FrameTest {

  private static final String SECRET = "sesame-Ω";
  private static final int CHANGES = 2_000;

  static List<Request> requests() {
    return List.of(
        new Request.Poll("source", Long.MIN_VALUE, -1),
        new Request.Assign(
            "source", 7, new PartitionAssignment(3, "höst", 2, Long.MAX_VALUE, false)),
        new Request.Assign("source", 7, new PartitionAssignment(3, "", 2, 1, true)),
        new Request.Advance("source", 7, 3, new Progress(1L << 40, 2)),
        new Request.PublishLocations("source", 7, PartitionLocations.UNKNOWN),
        new Request.PublishLocations(
            "source",
            7,
            new PartitionLocations(
                Map.of(0, new NodeAddress("1", "höst", 4711), 31, new NodeAddress("2", "b", 1)),
                Map.of(2, "lost", 7, "höchstens"))),
        new Request.Release("source", 7, 31),
        new Request.Leave("", 7),
        new Request.Fetch("source", 3, 100, 200),
        new Request.Follow("source", 3, 100),
        new Request.ListDeadLetters("source", 3),
        new Request.Scrape());
  }

  static List<Answer> answers() {
    Counts counts = new Counts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    return List.of(
        new Answer.Done(),
        new Answer.Report(0, Map.of()),
        new Answer.Report(
            9,
            Map.of(
                0,
                new PartitionStatus(State.CONNECTED, null, new LogExtent(3, 5, 9), 4096, counts, 7),
                7,
                new PartitionStatus(State.STORE_FULL, null, LogExtent.emptyAt(0), 0, Counts.NONE))),
        new Answer.BlockBytes(ByteBuffer.wrap(new byte[] {1, 2, 3})),
        new Answer.Text("# HELP …"),
        new Answer.Failed(Answer.Failed.Reason.UNREADABLE, "no"),
        new Answer.LostStore(1L << 40, "no"),
        new Answer.Stored(1L << 40),
        new Answer.DeadLetters(
            List.of(new DeadLetter(7, "no topic", 70_000, ByteBuffer.wrap(new byte[] {0x30, 0})))));
  }

  private static final SourceSettings SECRETIVE =
      new TestSettings("wss://broker:8884/mqtt", Path.of("/stores"))
          .partitions(3)
          .topics("a/+", "höst/#")
          .credentials("me", SECRET)
          .tls(
              new TlsSettings(
                  new KeyMaterial("/trust", null, StoreType.PEM),
                  new KeyMaterial("/key", new Secret(SECRET), StoreType.PKCS12),
                  false))
          .keepAlive(Duration.ofMillis(1_500))
          .ackMode(AckMode.PROCESSED)
          .formerFilters("$share/old/a", "$share/old/b")
          .build();

  private static final SourceSettings WITH_TOKENS =
      new TestSettings("tcp://broker", Path.of("/stores"))
          .credentials(
              new CredentialSettings(
                  "me",
                  null,
                  "/run/passwörd",
                  new OAuthClient(
                      URI.create("https://login/token?a=b"), "id", new Secret(SECRET), "a b"),
                  "com.example.Vault",
                  "OAUTH2-JWT"))
          .build();

  static List<StartMessage> startMessages() {
    return List.of(
        new StartMessage.Order(WITH_TOKENS, 3, "1"),
        new StartMessage.Order(SECRETIVE, 3, "1"),
        new StartMessage.Order(
            new TestSettings("tcp://broker", Path.of("/stores")).build(), Long.MAX_VALUE, "17"),
        new StartMessage.Started(
            "1",
            new NodeRegistration(
                new NodeAddress("1", "höst", 4711), Long.MIN_VALUE, Set.of("p0", "p3.1"))),
        new StartMessage.Started(
            "", new NodeRegistration(new NodeAddress("", "", 0), 0, Set.of())));
  }

  static List<Frame> frames() {
    List<Frame> frames = new ArrayList<>(requests());
    frames.addAll(answers());
    frames.addAll(startMessages());
    return frames;
  }

  /** What the bytes are, if they are a frame of the same sort as {@code like}. */
  private static Frame decode(Frame like, byte[] bytes) {
    if (like instanceof Request) {
      return Request.decode(ByteBuffer.wrap(bytes));
    }
    return like instanceof Answer
        ? Answer.decode(ByteBuffer.wrap(bytes))
        : StartMessage.decode(bytes);
  }

  @ParameterizedTest
  @MethodSource("frames")
  void frameComesThroughUnchanged(Frame frame) {
    assertThat(decode(frame, frame.toBytes())).isEqualTo(frame);
  }

  @Test
  void everyKindIsAmongTheTested() {
    for (Class<?> sort : Frame.class.getPermittedSubclasses()) {
      assertThat(frames().stream().filter(sort::isInstance).map(Object::getClass).distinct())
          .containsExactlyInAnyOrder(sort.getPermittedSubclasses());
    }
  }

  @Test
  void problemOfAPartitionKeepsItsWords() {
    Answer sent =
        new Answer.Report(
            1,
            Map.of(
                2,
                new PartitionStatus(
                    State.FAILED,
                    new IllegalStateException("wrong password"),
                    LogExtent.emptyAt(3),
                    0,
                    Counts.NONE)));
    Answer.Report read = (Answer.Report) Answer.decode(sent.encode());
    assertThat(read.partitions().get(2).state()).isEqualTo(State.FAILED);
    assertThat(read.partitions().get(2).problem())
        .isInstanceOf(RemoteException.class)
        .hasMessage("[MQTT_NODE_FAILED] wrong password");
  }

  @Test
  void problemThatHasAConditionKeepsIt() {
    assertThat(new RemoteException("[MQTT_STORE_FULL] full")).hasMessage("[MQTT_STORE_FULL] full");
    assertThat(new UnreachableException("[MQTT_PARTITION_NOT_HOSTED] no", null))
        .hasMessage("[MQTT_PARTITION_NOT_HOSTED] no");
    assertThat(new UnreachableException("no answer", null))
        .hasMessage("[MQTT_NODE_UNREACHABLE] no answer");
  }

  @ParameterizedTest
  @MethodSource("frames")
  void frameCutAnywhereIsRefused(Frame frame) {
    byte[] whole = frame.toBytes();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> decode(frame, cut))
          .isInstanceOf(FrameException.class)
          .hasMessageContaining("Frame of " + length + " bytes is cut");
    }
  }

  @ParameterizedTest
  @MethodSource("frames")
  void whatStandsBehindAFrameIsRefused(Frame frame) {
    byte[] whole = frame.toBytes();
    assertThatThrownBy(() -> decode(frame, Arrays.copyOf(whole, whole.length + 1)))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("has 1 bytes behind its end");
  }

  /** Whatever the bytes are: another frame, or an error of the codec that shows no secret. */
  @ParameterizedTest
  @MethodSource("frames")
  void changedBytesAreAFrameOrAreRefused(Frame frame) {
    List<byte[]> samples = List.of(frame.toBytes());
    Seeded.run(1, random -> decodeChanged(frame, new Mutator(random), samples));
  }

  private static void decodeChanged(Frame frame, Mutator mutator, List<byte[]> samples) {
    for (int round = 0; round < CHANGES; round++) {
      byte[] bytes = mutator.next(samples);
      try {
        Frame changed = decode(frame, bytes);
        assertThat(decode(changed, changed.toBytes()).toBytes()).isEqualTo(changed.toBytes());
      } catch (FrameException e) {
        assertThat(e).hasMessageNotContaining(SECRET);
      }
    }
  }

  @Test
  void secretsDoNotShow() {
    StartMessage.Order order = new StartMessage.Order(SECRETIVE, 3, "1");
    assertThat(order.toString()).doesNotContain(SECRET);
    assertThat(new String(order.toBytes(), StandardCharsets.UTF_8)).contains(SECRET);
  }

  @Test
  void unknownKindIsRefused() {
    byte[] unknown = {99};
    assertThatThrownBy(() -> Request.decode(ByteBuffer.wrap(unknown)))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("The kind of a request is unknown: 99");
    assertThatThrownBy(() -> Answer.decode(ByteBuffer.wrap(unknown)))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("The kind of an answer is unknown: 99");
    assertThatThrownBy(() -> StartMessage.decode(unknown))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("The kind of a start message is unknown: 99");
  }
}
