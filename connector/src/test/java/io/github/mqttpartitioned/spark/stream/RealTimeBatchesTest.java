// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.testkit.CapturedLog;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code Trigger.RealTime}, as Spark calls the stream. */
class RealTimeBatchesTest extends StreamFixture {

  private int slots = 2;

  private MqttMicroBatchStream realTime(String... options) {
    return realTimeOn("sources/0", options);
  }

  private MqttMicroBatchStream realTimeOn(String checkpoint, String... options) {
    SparkHost host = node.host(2);
    MqttMicroBatchStream stream =
        streamOn(
            checkpoint,
            new SparkHost(
                2,
                host.hadoop(),
                List.of(),
                host.nodes(),
                host.blocks(),
                needed -> slots,
                host.currentBatch()),
            options);
    stream.prepareRealTime();
    return stream;
  }

  private static List<String> open(MqttMicroBatchStream stream, Offset start) {
    return Arrays.stream(stream.planOpenTasks(start)).map(InputPartition::toString).toList();
  }

  @Test
  void everyPartitionHasATaskThatReadsOnAndTheBatchEndsWhereTheyStop() {
    MqttMicroBatchStream stream = realTime();
    Offset initial = stream.initialOffset();
    append(0, 3);
    assertThat(latest(stream, initial)).isEqualTo(SourceOffset.of(3, 0));
    assertThat(open(stream, initial)).containsExactly("partition 0 [0, 0)", "partition 1 [0, 0)");
    append(1, 2);
    Offset end = stream.endOfOpenTasks(Map.of(0, 2L, 1, 1L));
    assertThat(end).isEqualTo(SourceOffset.of(2, 1));
    latest(stream, end);
    stream.commit(end);
    assertThat(node.calls).endsWith("trim 0 before 2", "trim 1 before 1");
    assertThat(open(stream, end)).containsExactly("partition 0 [2, 2)", "partition 1 [1, 1)");
    stream.stop();
  }

  @Test
  void aQuestionForTheLatestOffsetWaitsForNothing() {
    MqttMicroBatchStream stream = realTime();
    Offset initial = stream.initialOffset();
    for (int i = 0; i < 10; i++) {
      latest(stream, initial);
    }
    assertThat(nanos).isZero();
    stream.stop();
  }

  @Test
  void backlogIsThatOfTheEndOfTheBatch() {
    MqttMicroBatchStream stream = realTime();
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    open(stream, initial);
    append(0, 9);
    Offset end = stream.endOfOpenTasks(Map.of(0, 4L));
    assertThat(stream.metrics(java.util.Optional.of(end))).containsEntry("backlog.0", "5");
    stream.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "maxOffsetsPerTrigger, 10",
    "minOffsetsPerTrigger, 10",
    "maxBytesPerTrigger, 10m",
    "ackMode, processed"
  })
  void optionsThatMeanNothingAreRefusedBeforeAnythingStarts(String option, String value) {
    assertThatThrownBy(() -> realTime(option, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("[MQTT_REAL_TIME_OPTION] ")
        .hasMessageContaining(option)
        .hasMessageContaining("Trigger.ProcessingTime");
    assertThat(node.calls).isEmpty();
  }

  @Test
  void tooFewSlotsAreAnErrorBeforeAnythingStarts() {
    slots = 1;
    MqttMicroBatchStream stream = realTime();
    assertThatThrownBy(() -> latest(stream, stream.initialOffset()))
        .hasMessageStartingWith("[MQTT_REAL_TIME_SLOTS] ")
        .hasMessageContaining("needs 2 task slots")
        .hasMessageContaining("has 1: 1 are missing");
    assertThat(node.calls).isEmpty();
    stream.stop();
  }

  @Test
  void slotsThatGoWhileTheQueryRunsAreAWarning() {
    MqttMicroBatchStream stream = realTime();
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    open(stream, initial);
    slots = 1;
    try (CapturedLog log = new CapturedLog()) {
      open(stream, initial);
      assertThat(log.lines("[MQTT_REAL_TIME_SLOTS] ")).isNotEmpty();
    }
    stream.stop();
  }

  @Test
  void storeThatCannotHoldTwoBatchesIsAWarning() {
    MqttMicroBatchStream stream = realTime("storeMaxBytes", "16m");
    Offset initial = stream.initialOffset();
    append(0, 10);
    node.storeBytes = 9 << 20;
    latest(stream, initial);
    open(stream, initial);
    try (CapturedLog log = new CapturedLog()) {
      stream.endOfOpenTasks(Map.of(0, 10L));
      assertThat(log.lines("must hold two")).isNotEmpty();
    }
    stream.stop();
  }

  @Test
  void retiredPartitionThatIsReadToItsEndNeedsNoTask() {
    MqttMicroBatchStream stream = realTime();
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    append(1, 1);
    node.state = State.RETIRED;
    assertThat(open(stream, initial)).containsExactly("partition 1 [0, 0)");
    stream.stop();
  }

  @Test
  void retentionKeepsWhatEndedBatchesHave() {
    MqttMicroBatchStream stream = realTime("retention", "10s");
    Offset initial = stream.initialOffset();
    append(0, 3);
    latest(stream, initial);
    open(stream, initial);
    Offset end = stream.endOfOpenTasks(Map.of(0, 3L));
    latest(stream, end);
    stream.commit(end);
    assertThat(node.calls).noneMatch(call -> call.startsWith("trim"));
    nanos += Duration.ofSeconds(11).toNanos();
    latest(stream, end);
    assertThat(node.calls).endsWith("trim 0 before 3");
    stream.stop();
  }

  @Test
  void sourcesOfOneApplicationNeedASlotForEachPartitionOfAll() {
    slots = 3;
    MqttMicroBatchStream one = realTime();
    latest(one, one.initialOffset());
    MqttMicroBatchStream other = realTimeOn("sources/1", "group", "other");
    assertThatThrownBy(() -> latest(other, other.initialOffset()))
        .hasMessageStartingWith("[MQTT_REAL_TIME_SLOTS] ")
        .hasMessageContaining("needs 4 task slots")
        .hasMessageContaining("2 of them for other real-time sources")
        .hasMessageContaining("has 3: 1 are missing");
    other.stop();
    one.stop();
    MqttMicroBatchStream later = realTimeOn("sources/2", "group", "later");
    latest(later, later.initialOffset());
    later.stop();
  }

  @Test
  void startThatFailsTakesNoSlots() {
    node.failAssign = new NoClassDefFoundError("no disk");
    MqttMicroBatchStream failing = realTime();
    assertThatThrownBy(() -> latest(failing, failing.initialOffset())).hasMessage("no disk");
    failing.stop();
    node.failAssign = null;
    MqttMicroBatchStream other = realTimeOn("sources/1", "group", "other");
    latest(other, other.initialOffset());
    other.stop();
  }

  @Test
  void retiredPartitionsHaveTheSlotsThatAreLeft() {
    MqttMicroBatchStream before = realTime();
    latest(before, before.initialOffset());
    append(1, 3);
    before.stop();
    slots = 1;
    MqttMicroBatchStream fewer = realTimeOn("sources/0", "partitions", "1");
    Offset initial = fewer.initialOffset();
    latest(fewer, initial);
    try (CapturedLog log = new CapturedLog()) {
      assertThat(open(fewer, initial)).containsExactly("partition 0 [0, 0)");
      assertThat(open(fewer, initial)).containsExactly("partition 0 [0, 0)");
      assertThat(log.lines("The retired partitions [1] hold messages")).hasSize(1);
    }
    slots = 2;
    assertThat(open(fewer, initial)).containsExactly("partition 0 [0, 0)", "partition 1 [0, 0)");
    MqttMicroBatchStream other = realTimeOn("sources/1", "group", "other", "partitions", "1");
    assertThatThrownBy(() -> latest(other, other.initialOffset()))
        .hasMessageContaining("2 of them for other real-time sources");
    other.stop();
    fewer.stop();
  }
}
