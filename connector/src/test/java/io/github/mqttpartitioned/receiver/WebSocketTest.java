// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.testkit.Gateway.BINARY;
import static io.github.mqttpartitioned.testkit.Gateway.CLOSE;
import static io.github.mqttpartitioned.testkit.Gateway.FIN;
import static io.github.mqttpartitioned.testkit.Gateway.PING;
import static io.github.mqttpartitioned.testkit.Gateway.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Gateway;
import io.github.mqttpartitioned.testkit.Gateway.Framing;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server may do with a WebSocket, and what it may not. */
class WebSocketTest {

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String PAYLOAD = "x".repeat(300);

  @TempDir Path folder;

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 5, 125})
  void pingIsAnsweredByPongAndNothingElse(int bytes) throws Exception {
    byte[] content = new byte[bytes];
    Arrays.fill(content, (byte) 7);
    Framing framing =
        (data, out) -> {
          out.write(frame(FIN | PING, content));
          out.write(frame(FIN | BINARY, data));
          out.write(frame(FIN | PING, content));
        };
    try (ScriptedBroker broker = broker();
        Gateway gateway = Gateway.webSocket(broker.url(), framing);
        Member member = new Member(folder, gateway.url("127.0.0.1")).start().awaitStored(1)) {
      Await.until("pongs", DEADLINE, () -> gateway.pongs().size() >= 4);
      assertThat(gateway.pongs()).allSatisfy(pong -> assertThat(pong).isEqualTo(content));
      assertTaken(member, broker, gateway);
    }
  }

  @ParameterizedTest(name = "frames of {0} bytes")
  @ValueSource(ints = {0, 1, 2, 7, 200})
  void messageMayComeInAnyNumberOfFrames(int bytes) throws Exception {
    Framing framing =
        (data, out) -> {
          int first = BINARY;
          for (int from = 0; from < data.length; from += Math.max(1, bytes)) {
            out.write(frame(first, new byte[0]));
            first = 0;
            int to = Math.min(data.length, from + Math.max(1, bytes));
            out.write(frame(0, Arrays.copyOfRange(data, from, to)));
            out.write(frame(FIN | PING, new byte[3]));
          }
          out.write(frame(FIN, new byte[0]));
        };
    receives(framing);
  }

  @ParameterizedTest(name = "after byte {0} of a frame")
  @CsvSource({"1, 500", "3, 500", "30, 3000"})
  void frameMayPauseAnywhere(int at, int millis) throws Exception {
    Framing framing =
        (data, out) -> {
          byte[] whole = frame(FIN | BINARY, data);
          if (data.length < 256) {
            out.write(whole);
            return;
          }
          out.write(whole, 0, at);
          out.flush();
          pause(Duration.ofMillis(millis));
          out.write(whole, at, whole.length - at);
        };
    receives(framing);
  }

  @Test
  void streamMayComeInSingleBytes() throws Exception {
    Framing framing =
        (data, out) -> {
          for (byte one : frame(FIN | BINARY, data)) {
            out.write(one);
            out.flush();
          }
        };
    receives(framing);
  }

  private void receives(Framing framing) throws Exception {
    try (ScriptedBroker broker = broker();
        Gateway gateway = Gateway.webSocket(broker.url(), framing);
        Member member = new Member(folder, gateway.url("127.0.0.1")).start().awaitStored(1)) {
      assertTaken(member, broker, gateway);
    }
  }

  private static void assertTaken(Member member, ScriptedBroker broker, Gateway gateway) {
    broker.awaitAcknowledged(1, DEADLINE);
    assertThat(member.payloads()).containsExactly(PAYLOAD);
    assertThat(broker.connections()).isEqualTo(1);
    assertThat(gateway.violations()).isEmpty();
    assertThat(member.status().state()).isEqualTo(State.CONNECTED);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "0x81, a text message",
    "0xC2, a frame with reserved bits",
    "0x80, a continuation of no message",
    "0x83, a frame of the unknown kind 3",
    "0x8B, a frame of the unknown kind 11",
    "0x09, a control frame in fragments",
  })
  void frameThatIsNotAllowedEndsTheConnection(String first, String what) throws Exception {
    int[] sent = {0};
    Framing framing =
        (data, out) -> {
          out.write(frame(FIN | BINARY, data));
          if (data.length > PAYLOAD.length() && sent[0]++ == 0) {
            out.write(frame(Integer.decode(first), new byte[] {1, 2}));
          }
        };
    try (ScriptedBroker broker = broker();
        Gateway gateway = Gateway.webSocket(broker.url(), framing);
        ReceiverLog log = new ReceiverLog();
        Member member = new Member(folder, gateway.url("127.0.0.1")).start().awaitStored(1)) {
      await(log, "the broker sent what a WebSocket does not allow: " + what);
      assertThat(member.payloads()).contains(PAYLOAD);
      assertThat(gateway.violations()).isEmpty();
    }
  }

  @Test
  void closeOfTheServerIsReportedInItsWords() throws Exception {
    int[] sent = {0};
    Framing framing =
        (data, out) -> {
          out.write(frame(FIN | BINARY, data));
          if (data.length > PAYLOAD.length() && sent[0]++ == 0) {
            byte[] text = "..too busy\n".getBytes(StandardCharsets.US_ASCII);
            text[0] = (byte) (1013 >>> 8);
            text[1] = (byte) 1013;
            out.write(frame(FIN | CLOSE, text));
          }
        };
    try (ScriptedBroker broker = broker();
        Gateway gateway = Gateway.webSocket(broker.url(), framing);
        ReceiverLog log = new ReceiverLog();
        Member member = new Member(folder, gateway.url("127.0.0.1")).start().awaitStored(1)) {
      await(log, "the broker closed the WebSocket with code 1013 (\"too busy");
      assertThat(member.payloads()).contains(PAYLOAD);
    }
  }

  @Test
  void handshakeHasPathQueryAndHeaders() throws Exception {
    try (ScriptedBroker broker = broker();
        Gateway gateway =
            Gateway.webSocket(broker.url(), (data, out) -> out.write(frame(FIN | BINARY, data)));
        Member member =
            new Member(folder, gateway.url("127.0.0.1") + "/a%20b?token=hunter2&x=@")
                .webSocketHeader("x-amz-security-token", "hunter3")
                .start()
                .awaitStored(1)) {
      assertThat(gateway.requests().get(0))
          .startsWith("GET /a%20b?token=hunter2&x=@ HTTP/1.1\r\n")
          .contains("Host: 127.0.0.1:" + gateway.port() + "\r\n")
          .contains("x-amz-security-token: hunter3\r\n")
          .contains("Sec-WebSocket-Protocol: mqtt\r\n");
      assertTaken(member, broker, gateway);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "401 Unauthorized | true | Check the query of brokerUrl and the options websocket.header",
        "404 Not Found | true | many brokers have their WebSocket at /mqtt",
        "302 Found | true | Check that host, port and path",
        "200 OK | true | Check that host, port and path",
        "503 Service Unavailable | false | Look at the server's log",
        "429 Too Many Requests | false | Look at the server's log",
      })
  void answerThatIsNoWebSocketIsExplained(String status, boolean isFinal, String advice)
      throws Exception {
    String answer =
        "HTTP/1.1 " + status + "\r\nLocation: https://b/login?token=hunter2\r\n\r\nhunter2";
    try (ServerSocket server = answering(answer);
        Member member =
            new Member(folder, "ws://127.0.0.1:%d/x?token=hunter2".formatted(server.getLocalPort()))
                .webSocketHeader("authorization", "hunter2")
                .connectTimeout(isFinal ? Duration.ofSeconds(30) : Duration.ofSeconds(1))
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageStartingWith(
              "[MQTT_WEBSOCKET_REFUSED] Member member-0 of partition 0 at ws://")
          .hasMessageContaining("the server answered HTTP " + status)
          .hasMessageContaining(advice)
          .hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void portThatSpeaksNoHttpIsExplained() throws Exception {
    try (ServerSocket server = answering("\u0015\u0003\u0003");
        Member member =
            new Member(folder, "ws://127.0.0.1:" + server.getLocalPort())
                .start()
                .await(State.FAILED)) {
      assertThat(member.status().problem())
          .hasMessageContaining("the answer is not HTTP. Check that " + server.getLocalPort());
    }
  }

  private static ServerSocket answering(String answer) throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  try (Socket client = server.accept()) {
                    client.getInputStream().read(new byte[8192]);
                    OutputStream out = client.getOutputStream();
                    out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                    client.getInputStream().read();
                  }
                }
              } catch (IOException e) {
                // Closed by the test.
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  private static ScriptedBroker broker() {
    return ScriptedBroker.start(
        connection -> {
          ReceiverTest.ready(connection, false);
          connection.send(ReceiverTest.publish(PAYLOAD, 1, 1));
        });
  }

  private static void await(ReceiverLog log, String part) {
    Await.until(
        part, DEADLINE, () -> log.messages().stream().anyMatch(line -> line.contains(part)));
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
