// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.time.Duration;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.Test;

/** What a stream lets its stores drop, and what it does where they are full. */
class TrimmingTest extends StreamFixture {

  /** Without another batch nothing could be trimmed, and a full store takes no message. */
  @Test
  void lastMessageOfAStoreThatFillsUpIsLeftToABatchOfItsOwn() {
    MqttMicroBatchStream stream = stream("storeMaxBytes", "16m");
    Offset initial = stream.initialOffset();
    node.storeBytes = 9 << 20;
    append(0, 5);
    append(1, 1);
    Offset one = latest(stream, initial);
    assertThat(one).isEqualTo(SourceOffset.of(4, 1));
    assertThat(stream.reportLatestOffset()).isEqualTo(SourceOffset.of(5, 1));
    assertThat(latest(stream, one)).isEqualTo(SourceOffset.of(5, 1));
    node.storeBytes = 7 << 20;
    assertThat(latest(stream, initial)).isEqualTo(SourceOffset.of(5, 1));
    stream.stop();
  }

  /** The trims of the run before may have been lost with it, or were not due yet. */
  @Test
  void runThatBeginsWithFullStoresAllProcessedMakesRoomAfterTheRetention() {
    Offset end = runOnce(4);
    MqttMicroBatchStream stream = stream("retention", "10s");
    Offset start = stream.deserializeOffset(end.json());
    latest(stream, start);
    node.state = State.STORE_FULL;
    assertThat(latest(stream, start)).isEqualTo(start);
    nanos += Duration.ofSeconds(9).toNanos();
    latest(stream, start);
    assertThat(node.calls).noneMatch(call -> call.startsWith("trim"));
    nanos += Duration.ofSeconds(1).toNanos();
    latest(stream, start);
    assertThat(node.calls).endsWith("trim 0 before 4", "trim 1 before 4");
    stream.stop();
  }

  /** With asynchronous progress tracking later batches may be in no log yet. */
  @Test
  void onlyWhatARunBeginsBehindMakesRoom() {
    Offset end = runOnce(4);
    append(0, 2);
    MqttMicroBatchStream stream = stream();
    Offset start = stream.deserializeOffset(end.json());
    Offset next = latest(stream, start);
    planned(stream, start, next);
    node.state = State.STORE_FULL;
    assertThat(latest(stream, next)).isEqualTo(next);
    assertThat(node.calls).endsWith("trim 0 before 4", "trim 1 before 4");
    stream.stop();
  }

  @Test
  void runUntilAllIsReadMakesRoomForTheNextOne() {
    Offset end = runOnce(4);
    MqttMicroBatchStream stream = stream();
    stream.prepareForTriggerAvailableNow();
    node.state = State.STORE_FULL;
    Offset start = stream.deserializeOffset(end.json());
    assertThat(latest(stream, start)).isEqualTo(start);
    assertThat(node.calls).endsWith("trim 0 before 4", "trim 1 before 4");
    stream.stop();
  }

  @Test
  void messagesOfTheLastBatchAreKeptWhileThereIsRoom() {
    Offset end = runOnce(4);
    MqttMicroBatchStream stream = stream();
    Offset start = stream.deserializeOffset(end.json());
    latest(stream, start);
    latest(stream, start);
    assertThat(node.calls).noneMatch(call -> call.startsWith("trim"));
    stream.stop();
  }

  @Test
  void batchThatIsPlannedAgainPermitsToTrimWhatLiesBeforeIt() {
    Offset end = runOnce(4);
    append(0, 2);
    MqttMicroBatchStream stream = stream();
    Offset next = SourceOffset.of(6, 4);
    stream.setLatestSeenOffset(serialized(next));
    planned(stream, stream.deserializeOffset(end.json()), next);
    latest(stream, next);
    assertThat(node.calls).endsWith("trim 0 before 4", "trim 1 before 4");
    stream.stop();
  }

  @Test
  void minimumIsNotWaitedForWhileAStoreIsFull() {
    MqttMicroBatchStream stream = stream("minOffsetsPerTrigger", "1000");
    Offset initial = stream.initialOffset();
    append(0, 1);
    Offset one = latest(stream, initial);
    append(0, 1);
    assertThat(latest(stream, one)).isEqualTo(one);
    node.state = State.STORE_FULL;
    assertThat(latest(stream, one)).isEqualTo(SourceOffset.of(2, 0));
    stream.stop();
  }

  @Test
  void failedTrimDoesNotFailTheQuery() {
    MqttMicroBatchStream stream = stream();
    latest(stream, stream.initialOffset());
    append(0, 5);
    node.failTrim = new IllegalStateException("no");
    stream.commit(SourceOffset.of(5, 0));
    assertThat(node.calls).contains("trim 0 before 5");
    append(0, 1);
    assertThat(latest(stream, SourceOffset.of(5, 0))).isEqualTo(SourceOffset.of(6, 0));
    stream.stop();
  }

  @Test
  void retentionDelaysTheTrimAndIdlePollsDoIt() {
    MqttMicroBatchStream stream = stream("retention", "10s");
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    append(0, 5);
    Offset end = latest(stream, initial);
    stream.commit(end);
    nanos += Duration.ofSeconds(9).toNanos();
    latest(stream, end);
    assertThat(node.calls).noneMatch(call -> call.startsWith("trim"));
    nanos += Duration.ofSeconds(1).toNanos();
    latest(stream, end);
    assertThat(node.calls).endsWith("trim 0 before 5");
  }
}
