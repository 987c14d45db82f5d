// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.receiver.ReceiverTest.publish;
import static io.github.mqttpartitioned.receiver.ReceiverTest.ready;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.inbound.Batch;
import io.github.mqttpartitioned.testkit.CapturedLog;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLetterFilesTest {

  /** PUBLISH at QoS 1, topic "a" and C3 28, which is no UTF-8, id 5, payload "x". */
  private static final byte[] POISON = HexFormat.of().parseHex("3209000361C328000500" + "78");

  private static final int PACKET_ID = 5;

  @TempDir Path folder;

  private final JsonMapper json = new JsonMapper();

  @Test
  void aDeadLetterIsAFileBeforeItIsAcknowledged() throws Exception {
    Path directory = folder.resolve("new").resolve("letters");
    CompletableFuture<List<Path>> atAcknowledgement = new CompletableFuture<>();
    Instant before = Instant.now();
    try (ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  connection.send(POISON);
                },
                connection -> {
                  ready(connection, true);
                  connection.send(redelivered());
                  connection.expectAcknowledgement(PacketType.PUBACK, PACKET_ID);
                  atAcknowledgement.complete(files(directory));
                });
        Member member = new Member(folder, broker.url()).deadLetterDir(directory).start()) {
      List<Path> files = atAcknowledgement.get(30, TimeUnit.SECONDS);
      assertThat(files).hasSize(1);
      assertThat(files.get(0).getFileName().toString())
          .matches("5eed-p0-\\d{8}T\\d{6}\\.\\d{6}Z-0\\.json");
      assertThat(Files.readAllLines(files.get(0))).as("one line, as Spark reads it").hasSize(1);
      JsonNode letter = json.readTree(files.get(0).toFile());
      assertThat(letter.get("source").asText()).isEqualTo("5eed");
      assertThat(letter.get("partition").asInt()).isZero();
      assertThat(letter.get("number").asLong()).isZero();
      assertThat(Instant.parse(letter.get("receivedAt").asText()))
          .isBetween(before.minusSeconds(1), Instant.now());
      assertThat(letter.get("broker").asText()).isEqualTo(broker.url());
      assertThat(letter.get("clientId").asText()).isEqualTo("member-0");
      assertThat(letter.get("reason").asText()).contains("not well-formed UTF-8");
      assertThat(letter.get("topic").asText()).isEqualTo("a\uFFFD(");
      assertThat(letter.get("qos").asInt()).isEqualTo(1);
      assertThat(letter.get("duplicate").asBoolean()).isTrue();
      assertThat(letter.get("retained").asBoolean()).isFalse();
      assertThat(letter.get("packetId").asInt()).isEqualTo(PACKET_ID);
      assertThat(letter.get("length").asInt()).isEqualTo(POISON.length - 2);
      assertThat(letter.get("packet").binaryValue())
          .isEqualTo(Arrays.copyOfRange(POISON, 2, POISON.length));
      assertThat(member.store().deadLetters()).hasSize(1);
    }
  }

  /** The store keeps 64 KiB of a packet, the file keeps it all. */
  @Test
  void aLargePacketIsCompleteInItsFile() throws Exception {
    byte[] payload = new byte[1 << 20];
    Arrays.fill(payload, (byte) 7);
    Batch.MalformedPublish message =
        new Batch.MalformedPublish(
            0x32, 5, 0, ByteBuffer.wrap(bodyWith(payload)), "no \"reason\"\n");
    DeadLetterFiles letters = letters(folder);

    letters.write(message, 17);

    JsonNode letter = json.readTree(files(folder).get(0).toFile());
    assertThat(letter.get("packet").binaryValue()).isEqualTo(bodyWith(payload));
    assertThat(letter.get("reason").asText()).isEqualTo("no \"reason\"\n");
    assertThat(letter.get("number").asLong()).isEqualTo(17);
  }

  @Test
  void aDirectoryThatCannotBeWrittenStopsTheMemberAtItsStart() throws Exception {
    Path file = Files.createFile(folder.resolve("a file"));
    try (ScriptedBroker broker = ScriptedBroker.inOrder();
        Member member =
            new Member(folder, broker.url())
                .deadLetterDir(file.resolve("letters"))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith("[MQTT_DEAD_LETTER_DIR_UNUSABLE] ")
          .hasMessageContaining("deadLetterDir=" + file.resolve("letters"));
      assertThat(broker.connections()).isZero();
    }
  }

  @Test
  void aDirectoryThatGoesAwayLaterCostsTheFileOnlyAndIsLogged() throws Exception {
    Path directory = folder.resolve("letters");
    try (CapturedLog log = new CapturedLog();
        ScriptedBroker broker =
            ScriptedBroker.inOrder(
                connection -> {
                  ready(connection, false);
                  Files.delete(directory);
                  connection.send(POISON);
                },
                connection -> {
                  ready(connection, true);
                  connection.send(redelivered(), publish("good", 1, 6));
                  connection.expectAcknowledgement(PacketType.PUBACK, PACKET_ID);
                });
        Member member =
            new Member(folder, broker.url()).deadLetterDir(directory).start().awaitStored(1)) {
      broker.awaitAcknowledged(2, Member.DEADLINE);
      assertThat(member.payloads()).containsExactly("good");
      assertThat(member.store().deadLetters()).hasSize(1);
      assertThat(
              log.lines("WARN [MQTT_DEAD_LETTER_DIR_UNUSABLE] Dead letter 0 of partition 0 has no"))
          .hasSize(1);
    }
  }

  private DeadLetterFiles letters(Path directory) {
    return Objects.requireNonNull(
        DeadLetterFiles.of(
            new TestSettings("tcp://broker:1883", folder).deadLetterDir(directory).build(), 0));
  }

  private static byte[] bodyWith(byte[] payload) {
    byte[] head = HexFormat.of().parseHex("000161000500");
    byte[] body = Arrays.copyOf(head, head.length + payload.length);
    System.arraycopy(payload, 0, body, head.length, payload.length);
    return body;
  }

  private static byte[] redelivered() {
    byte[] again = POISON.clone();
    again[0] |= 0x08;
    return again;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }
}
