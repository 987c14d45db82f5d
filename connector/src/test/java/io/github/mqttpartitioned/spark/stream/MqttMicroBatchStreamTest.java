// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.stream.plan.IdleWait;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.junit.jupiter.api.Test;

/** The calls in the orders that Spark makes them in. */
class MqttMicroBatchStreamTest extends StreamFixture {

  @Test
  void firstBatchesOfANewQuery() {
    MqttMicroBatchStream stream = stream();
    Offset initial = stream.initialOffset();
    assertThat(initial.json()).isEqualTo("{\"version\":1,\"offsets\":{\"0\":0,\"1\":0}}");
    assertThat(node.calls).isEmpty();
    assertThat(latest(stream, initial)).isEqualTo(initial);
    assertThat(node.calls).containsExactlyInAnyOrder("assign 0 at 0", "assign 1 at 0");

    append(0, 5);
    Offset one = latest(stream, initial);
    assertThat(one).isEqualTo(SourceOffset.of(5, 0));
    assertThat(stream.reportLatestOffset()).isEqualTo(one);
    assertThat(stream.initialOffset()).isEqualTo(initial);
    assertThat(planned(stream, initial, one)).containsExactly("partition 0 [0, 5)");
    stream.createReaderFactory();
    assertThat(node.calls).hasSize(2);

    append(1, 3);
    Offset two = latest(stream, one);
    stream.commit(one);
    assertThat(node.calls).endsWith("trim 0 before 5");
    assertThat(planned(stream, one, two)).containsExactly("partition 1 [0, 3)");
    assertThat(stream.metrics(Optional.of(one)))
        .isEqualTo(
            Map.of(
                "minOffsetsBehindLatest", "0",
                "maxOffsetsBehindLatest", "3",
                "avgOffsetsBehindLatest", "1.5",
                "backlog.0", "0",
                "backlog.1", "3",
                "offsetsLost", "0"));
    stream.stop();
    stream.stop();
    assertThat(node.calls).endsWith("release").doesNotHaveDuplicates();
  }

  @Test
  void messageThatComesWhileAnIdleQueryIsKeptWaitingEndsTheWait() {
    MqttMicroBatchStream stream = stream();
    Offset initial = stream.initialOffset();
    beIdle(stream, initial);
    long begun = nanos;
    whileWaiting =
        () -> {
          whileWaiting = () -> {};
          append(1, 3);
        };

    assertThat(latest(stream, initial)).isEqualTo(SourceOffset.of(0, 3));
    assertThat(nanos - begun).isPositive().isLessThan(IdleWait.LONGEST.toNanos());

    begun = nanos;
    assertThat(latest(stream, SourceOffset.of(0, 3))).isEqualTo(SourceOffset.of(0, 3));
    assertThat(nanos).as("behind a batch").isEqualTo(begun);
  }

  private static void beIdle(MqttMicroBatchStream stream, Offset from) {
    for (int question = 0; question < IdleWait.IN_A_ROW; question++) {
      assertThat(latest(stream, from)).isEqualTo(from);
    }
  }

  @Test
  void queryWhoseMemberFailsWhileItIsKeptWaitingFailsAtOnce() {
    MqttMicroBatchStream stream = stream();
    Offset initial = stream.initialOffset();
    beIdle(stream, initial);
    whileWaiting =
        () -> {
          node.state = State.FAILED;
          node.problem = new IllegalStateException("session taken over");
        };

    assertThatThrownBy(() -> latest(stream, initial)).hasMessageContaining("session taken over");
  }

  @Test
  void nothingIsStartedBeforeTheFirstDataCall() {
    MqttMicroBatchStream stream = stream();
    stream.prepareForTriggerAvailableNow();
    stream.setLatestSeenOffset(SourceOffset.of(1, 1));
    stream.deserializeOffset("{\"version\":1,\"offsets\":{\"0\":0,\"1\":0}}");
    stream.getDefaultReadLimit();
    assertThat(stream.reportLatestOffset()).isNull();
    assertThat(stream.metrics(Optional.empty())).isEqualTo(Map.of("offsetsLost", "0"));
    assertThat(stream).hasToString("mqtt-partitioned test");
    stream.commit(SourceOffset.of(1, 1));
    stream.stop();
    assertThat(node.calls).isEmpty();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void restartWithABatchUnderWayPlansItAgainFirst() {
    Offset end = runOnce(4);
    append(0, 2);
    MqttMicroBatchStream stream = stream();
    stream.setLatestSeenOffset(serialized(end));
    Offset from = stream.deserializeOffset(SourceOffset.zero(2).json());
    Offset until = stream.deserializeOffset(end.json());
    assertThat(planned(stream, from, until))
        .containsExactly("partition 0 [0, 4)", "partition 1 [0, 4)")
        .isEqualTo(planned(stream, from, until));
    assertThat(node.calls).containsExactlyInAnyOrder("assign 0 at 4", "assign 1 at 4");
    assertThat(latest(stream, until)).isEqualTo(SourceOffset.of(6, 4));
  }

  @Test
  void offsetOfAnotherNumberOfPartitionsIsRefused() {
    MqttMicroBatchStream stream = stream();
    stream.setLatestSeenOffset(SourceOffset.of(1, 2, 3));
    assertThatThrownBy(() -> latest(stream, stream.initialOffset()))
        .hasMessageContaining("has 3 partitions, but the source's checkpoint has 2");
    assertThat(node.calls).isEmpty();
  }

  @Test
  void failureOfAPartitionReachesTheQuery() {
    MqttMicroBatchStream stream = stream();
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    node.state = State.FAILED;
    node.problem = new IllegalStateException("fenced");
    assertThatThrownBy(() -> latest(stream, initial)).hasMessage("fenced");
    assertThat(stream.metrics(Optional.of(initial))).isNotEmpty();
  }

  @Test
  void triggerOnceIsRefusedWithTheTriggerToTakeInstead() {
    MqttMicroBatchStream stream = stream();
    assertThat(stream.getDefaultReadLimit()).isNotEqualTo(ReadLimit.allAvailable());
    Offset initial = stream.initialOffset();
    assertThatThrownBy(() -> stream.latestOffset(initial, ReadLimit.allAvailable()))
        .hasMessageStartingWith("[MQTT_TRIGGER_NOT_SUPPORTED] Trigger.Once")
        .hasMessageContaining("Take Trigger.AvailableNow");
  }

  @Test
  void bytesAreEstimatedFromTheStores() {
    MqttMicroBatchStream stream = stream("maxBytesPerTrigger", "1b");
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    append(1, 5);
    assertThat(latest(stream, initial)).isEqualTo(SourceOffset.of(0, 1));
  }

  @Test
  void availableNowEndsWhereTheFirstCallFoundIt() {
    MqttMicroBatchStream stream =
        stream("maxOffsetsPerTrigger", "4", "minOffsetsPerTrigger", "3", "drainTimeout", "5s");
    stream.prepareForTriggerAvailableNow();
    Offset initial = stream.initialOffset();
    append(0, 5);
    append(1, 5);
    Offset one = latest(stream, initial);
    assertThat(one).isEqualTo(SourceOffset.of(2, 2));
    assertThat(nanos).isGreaterThanOrEqualTo(Duration.ofSeconds(5).toNanos());
    assertThat(stream.reportLatestOffset()).isEqualTo(SourceOffset.of(5, 5));
    append(0, 100);
    Offset two = latest(stream, one);
    assertThat(two).isEqualTo(SourceOffset.of(4, 4));
    // Below the minimum, but nothing more is to come in this run.
    Offset three = latest(stream, two);
    assertThat(three).isEqualTo(SourceOffset.of(5, 5));
    assertThat(latest(stream, three)).isEqualTo(three);
  }

  @Test
  void whatIsProcessedIsAcknowledgedWhenSparkAsksForTheNextBatch() {
    MqttMicroBatchStream stream = stream("ackMode", "processed");
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    append(0, 5);
    Offset one = latest(stream, initial);
    planned(stream, initial, one);
    assertThat(node.calls).noneMatch(call -> call.startsWith("processed"));
    latest(stream, one);
    latest(stream, one);
    assertThat(node.calls)
        .containsOnlyOnce("processed 0 before 5")
        .noneMatch(call -> call.startsWith("trim"));
    stream.stop();
  }

  @Test
  void whatANodeCouldNotBeToldIsToldWhenItIsProcessedNext() {
    MqttMicroBatchStream stream = stream("ackMode", "processed");
    Offset initial = stream.initialOffset();
    append(0, 5);
    Offset one = latest(stream, initial);
    planned(stream, initial, one);
    node.failProcessed = new IllegalStateException("not now");
    assertThatThrownBy(() -> latest(stream, one)).hasMessage("not now");
    latest(stream, one);
    assertThat(node.calls).contains("processed 0 before 5");
    stream.stop();
  }

  @Test
  void minimumAboveTheWindowDoesNotHoldBackABatch() {
    MqttMicroBatchStream stream =
        stream("ackMode", "processed", "receiveMaximum", "4", "minOffsetsPerTrigger", "100");
    Offset initial = stream.initialOffset();
    append(0, 1);
    Offset one = latest(stream, initial);
    assertThat(one).isEqualTo(SourceOffset.of(1, 0));
    append(0, 3);
    assertThat(latest(stream, one)).isEqualTo(one);
    append(1, 4);
    Offset two = latest(stream, one);
    assertThat(two).isEqualTo(SourceOffset.of(4, 4));
    append(0, 1);
    assertThat(latest(stream, two)).isEqualTo(two);
    // The broker may have a smaller window of its own.
    nanos += Duration.ofSeconds(1).toNanos();
    assertThat(latest(stream, two)).isEqualTo(SourceOffset.of(5, 4));
    stream.stop();
  }

  @Test
  void availableNowGoesOnWhileTheBrokerHasMoreThanItsWindow() {
    MqttMicroBatchStream stream = stream("ackMode", "processed");
    stream.prepareForTriggerAvailableNow();
    Offset initial = stream.initialOffset();
    append(0, 5);
    Offset one = latest(stream, initial);
    assertThat(one).isEqualTo(SourceOffset.of(5, 0));
    append(0, 5);
    long before = nanos;
    Offset two = latest(stream, one);
    assertThat(two).isEqualTo(SourceOffset.of(10, 0));
    assertThat(nanos).isEqualTo(before);
    assertThat(latest(stream, two)).isEqualTo(two);
    assertThat(nanos - before).isGreaterThanOrEqualTo(Duration.ofSeconds(5).toNanos());
    stream.stop();
  }

  @Test
  void addedPartitionsBeginAtZeroAndOldBatchesCanBePlannedAgain() {
    Offset end = runOnce(4);
    MqttMicroBatchStream stream = stream("partitions", "4");
    stream.setLatestSeenOffset(serialized(end));
    assertThat(planned(stream, SourceOffset.zero(2), serialized(end)))
        .containsExactly("partition 0 [0, 4)", "partition 1 [0, 4)");
    assertThat(node.calls)
        .containsExactlyInAnyOrder(
            "assign 0 at 4", "assign 1 at 4", "assign 2 at 0", "assign 3 at 0");
    // No new data is no new text.
    assertThat(latest(stream, end)).isEqualTo(end);
    append(3, 2);
    Offset next = latest(stream, end);
    assertThat(next).isEqualTo(SourceOffset.of(4, 4, 0, 2));
    assertThat(planned(stream, end, next)).containsExactly("partition 3 [0, 2)");
    stream.commit(end);
    stream.stop();
  }

  @Test
  void retiredPartitionsAreReadOn() {
    Offset end = runOnce(4);
    append(1, 3);
    MqttMicroBatchStream stream = stream("partitions", "1");
    Offset next = latest(stream, end);
    assertThat(next).isEqualTo(SourceOffset.of(4, 7));
    assertThat(planned(stream, end, next)).containsExactly("partition 1 [4, 7)");
    assertThat(node.assignment(0).settings().isRetired(0)).isFalse();
    assertThat(node.assignment(1).settings().isRetired(1)).isTrue();
    assertThat(stream.initialOffset()).isEqualTo(SourceOffset.zero(2));
    stream.stop();
    MqttMicroBatchStream again = stream("partitions", "3");
    latest(again, next);
    assertThat(node.assignment(1).settings().isRetired(1)).isFalse();
    assertThat(node.assignment(2).firstOffset()).isZero();
    again.stop();
  }

  @Test
  void formerFiltersAreKeptUntilAllMembersHaveGivenThemUp() {
    runOnce(1);
    node.state = State.FAILED;
    node.problem = new IllegalStateException("away");
    MqttMicroBatchStream failing = stream("topics", "new/#");
    assertThatThrownBy(() -> latest(failing, SourceOffset.of(1, 1))).hasMessage("away");
    node.state = State.CONNECTED;
    node.problem = null;
    MqttMicroBatchStream stream = stream("topics", "new/#");
    latest(stream, SourceOffset.of(1, 1));
    String group = node.assignment(0).settings().group();
    assertThat(node.assignment(0).settings().formerFilters())
        .containsExactly("$share/" + group + "/sensor/#");
    stream.stop();
    MqttMicroBatchStream again = stream("topics", "new/#");
    latest(again, SourceOffset.of(1, 1));
    assertThat(node.assignment(0).settings().formerFilters()).isEmpty();
    again.stop();
  }
}
