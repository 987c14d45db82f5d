// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionLocations;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.receiver.Progress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameTest {

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
        new Request.Scrape());
  }

  static List<Answer> answers() {
    Counts counts = new Counts(1, 2, 3, 4, 5, 6, 7, 8);
    return List.of(
        new Answer.Done(),
        new Answer.Report(0, Map.of()),
        new Answer.Report(
            9,
            Map.of(
                0,
                new PartitionStatus(State.CONNECTED, null, new LogExtent(3, 5, 9), 4096, counts),
                7,
                new PartitionStatus(State.STORE_FULL, null, LogExtent.emptyAt(0), 0, Counts.NONE))),
        new Answer.BlockBytes(ByteBuffer.wrap(new byte[] {1, 2, 3})),
        new Answer.Text("# HELP …"),
        new Answer.Failed(Answer.Failed.Reason.UNREADABLE, "no"),
        new Answer.LostStore(1L << 40, "no"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestComesThroughUnchanged(Request request) {
    assertThat(Request.decode(request.encode())).isEqualTo(request);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerComesThroughUnchanged(Answer answer) {
    assertThat(Answer.decode(answer.encode())).isEqualTo(answer);
  }

  @Test
  void everyKindIsAmongTheTested() {
    assertThat(requests().stream().map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(Request.class.getPermittedSubclasses());
    assertThat(answers().stream().map(Object::getClass).distinct())
        .containsExactlyInAnyOrder(Answer.class.getPermittedSubclasses());
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
        .hasMessage("wrong password");
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestCutAnywhereIsRefused(Request request) {
    byte[] whole = bytes(request.encode());
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Request.decode(cut))
          .isInstanceOf(FrameException.class)
          .hasMessageContaining("Frame of " + length + " bytes is cut");
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerCutAnywhereIsRefused(Answer answer) {
    byte[] whole = bytes(answer.encode());
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Answer.decode(cut))
          .isInstanceOf(FrameException.class)
          .hasMessageContaining("Frame of " + length + " bytes is cut");
    }
  }

  @ParameterizedTest
  @MethodSource("requests")
  void whatStandsBehindARequestIsRefused(Request request) {
    assertThatThrownBy(() -> Request.decode(longer(request.encode())))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("has 1 bytes behind its end");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void whatStandsBehindAnAnswerIsRefused(Answer answer) {
    assertThatThrownBy(() -> Answer.decode(longer(answer.encode())))
        .isInstanceOf(FrameException.class)
        .hasMessageContaining("has 1 bytes behind its end");
  }

  private static ByteBuffer longer(ByteBuffer frame) {
    return ByteBuffer.wrap(Arrays.copyOf(bytes(frame), frame.remaining() + 1));
  }

  @Test
  void unknownKindIsRefused() {
    assertThatThrownBy(() -> Request.decode(ByteBuffer.wrap(new byte[] {99})))
        .isInstanceOf(FrameException.class)
        .hasMessage("Unknown kind of request: 99");
    assertThatThrownBy(() -> Answer.decode(ByteBuffer.wrap(new byte[] {99})))
        .isInstanceOf(FrameException.class)
        .hasMessage("Unknown kind of answer: 99");
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
