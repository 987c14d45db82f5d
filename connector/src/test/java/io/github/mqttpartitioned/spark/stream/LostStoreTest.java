// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.Test;

/** What becomes of a query whose stores are not what its checkpoint says. */
class LostStoreTest extends StreamFixture {

  @Test
  void newStoreOfAnOldPartitionBeginsAtTheHighestOffsetEverPlanned() {
    Offset end = runOnce(4);
    node.loseStore(1);
    MqttMicroBatchStream stream = stream("failOnDataLoss", "false");
    // The last batch in the log, of which nothing else is asked.
    stream.setLatestSeenOffset(SourceOffset.of(4, 9));
    assertThat(latest(stream, serialized(end))).isEqualTo(SourceOffset.of(4, 9));
    assertThat(node.calls).containsExactlyInAnyOrder("assign 0 at 4", "assign 1 at 9");
    assertThat(planned(stream, end, SourceOffset.of(4, 9))).isEmpty();
    assertThat(planned(stream, end, SourceOffset.of(4, 9))).isEmpty();
    assertThat(stream.metrics(Optional.of(end))).containsEntry("offsetsLost", "5");
  }

  @Test
  void missingStoreFailsTheQueryBeforeAnythingStarts() {
    Offset end = runOnce(4);
    node.loseStore(1);
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> latest(stream, end))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(
            "The store of partition 1, " + temp + "/sources/0/stores/p1, is missing")
        .hasMessageContaining("offsets below 4");
    assertThat(node.calls).isEmpty();
  }

  /** The store of generation 0 has been given up before: it may still lie on some host. */
  @Test
  void missingStoreIsNamedWithItsGeneration() {
    Offset end = runOnce(4);
    replaceStoreOfPartitionOne();
    node.loseStore(1);
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> latest(stream, end))
        .hasMessageContaining(temp + "/sources/0/stores/p1.1");
  }

  @Test
  void lostRangeIsNamedWithTheGenerationOfTheStore() {
    Offset end = runOnce(4);
    replaceStoreOfPartitionOne();
    append(1, 4);
    node.loseBlocks(1, 4);
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> planned(stream, SourceOffset.zero(2), end))
        .hasMessageContaining(temp + "/sources/0/stores/p1.1");
    stream.stop();
  }

  @Test
  void outdatedStoreIsNamedWithItsGeneration() {
    Offset end = runOnce(4);
    replaceStoreOfPartitionOne();
    node.setNext(1, 3);
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> latest(stream, end))
        .hasMessageContaining(temp + "/sources/0/stores/p1.1");
  }

  /** As a run on a cluster leaves the checkpoint that has given up a store. */
  private void replaceStoreOfPartitionOne() {
    SourceCheckpoint checkpoint =
        new SourceCheckpoint(temp.resolve("sources/0").toString(), new Configuration());
    long epoch = checkpoint.assignments().orElseThrow().epoch();
    checkpoint.write(
        new PartitionAssignments(
            epoch,
            List.of(
                PartitionAssignment.unassigned(0).on("localhost"),
                PartitionAssignment.unassigned(1).on("localhost").nextGeneration())));
  }

  @Test
  void storeLostBeforeTheFirstBatchIsNoticedToo() {
    MqttMicroBatchStream first = stream();
    latest(first, first.initialOffset());
    first.stop();
    node.loseStore(0);
    MqttMicroBatchStream again = stream();
    assertThatThrownBy(() -> latest(again, again.initialOffset()))
        .hasMessageContaining("The store of partition 0, ");
  }

  @Test
  void rangeThatIsNoLongerHeldFailsTheQuery() {
    Offset end = runOnce(4);
    append(1, 4);
    node.loseBlocks(1, 4);
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> planned(stream, SourceOffset.zero(2), end))
        .hasMessageContaining("Offsets [0, 4) of partition 1 are lost: its store, ")
        .hasMessageContaining("holds [4, 8)");
    stream.stop();
    assertThat(node.calls).endsWith("release");
  }

  @Test
  void lostRangeDoesNotCountAgainstTheLimits() {
    runOnce(4);
    append(1, 4);
    node.loseBlocks(1, 4);
    MqttMicroBatchStream stream = stream("failOnDataLoss", "false", "maxOffsetsPerTrigger", "2");
    Offset until = latest(stream, SourceOffset.zero(2));
    assertThat(until).isEqualTo(SourceOffset.of(1, 5));
    assertThat(planned(stream, SourceOffset.zero(2), until))
        .containsExactly("partition 0 [0, 1)", "partition 1 [4, 5)");
    assertThat(stream.metrics(Optional.empty())).containsEntry("offsetsLost", "4");
  }

  @Test
  void storeThatIsOlderThanTheCheckpointFailsTheQuery() {
    Offset end = runOnce(4);
    node.setNext(0, 3);
    MqttMicroBatchStream stream = stream("failOnDataLoss", "false");
    assertThatThrownBy(() -> latest(stream, end))
        .hasMessageContaining("is older than the checkpoint");
    assertThat(node.calls).endsWith("release");
  }

  @Test
  void lostStoreDoesNotFailTheQueryWhenTheBrokerDeliversAgain() {
    MqttMicroBatchStream first = stream("ackMode", "processed");
    latest(first, first.initialOffset());
    first.stop();
    Offset end = SourceOffset.of(4, 4);
    MqttMicroBatchStream stream = stream("ackMode", "processed");
    node.loseStore(0);
    node.setNext(1, 4);
    assertThat(planned(stream, SourceOffset.zero(2), end)).containsExactly("partition 1 [0, 4)");
    append(0, 2);
    assertThat(latest(stream, end)).isEqualTo(SourceOffset.of(6, 4));
    assertThat(stream.metrics(Optional.of(end))).containsEntry("offsetsLost", "0");
    stream.stop();
  }

  @Test
  void availableNowAsksForNoMoreThanTheStoreHasThatIsInALostOnesPlace() {
    MqttMicroBatchStream stream = stream("ackMode", "processed", "maxOffsetsPerTrigger", "2");
    stream.prepareForTriggerAvailableNow();
    Offset initial = stream.initialOffset();
    append(0, 10);
    Offset one = latest(stream, initial);
    assertThat(one).isEqualTo(SourceOffset.of(2, 0));
    node.loseStore(0);
    node.setNext(0, 2);
    assertThat(latest(stream, one)).isEqualTo(one);
    stream.stop();
  }

  @Test
  void storeThatCannotBeLookedIntoMayHoldAcknowledgedMessages() {
    Offset end = runOnce(4);
    node.state = State.WAITING;
    MqttMicroBatchStream switching = stream("ackMode", "processed");
    latest(switching, end);
    switching.stop();
    node.state = State.CONNECTED;
    node.loseStore(1);
    MqttMicroBatchStream failing = stream("ackMode", "processed");
    assertThatThrownBy(() -> latest(failing, end)).hasMessageContaining("is missing");
  }

  @Test
  void lostStoreFailsTheQueryWhileItMayHaveHeldAcknowledgedMessages() {
    Offset end = runOnce(4);
    MqttMicroBatchStream switching = stream("ackMode", "processed");
    // Of the messages acknowledged when they were stored one is not processed yet.
    latest(switching, SourceOffset.of(4, 3));
    switching.stop();
    node.loseStore(1);
    MqttMicroBatchStream failing = stream("ackMode", "processed");
    assertThatThrownBy(() -> latest(failing, end)).hasMessageContaining("is missing");
  }

  @Test
  void lostStoreIsDeliveredAgainOnceTheAcknowledgedMessagesAreProcessed() {
    Offset end = runOnce(4);
    MqttMicroBatchStream switching = stream("ackMode", "processed");
    latest(switching, end);
    switching.stop();
    node.loseStore(1);
    MqttMicroBatchStream stream = stream("ackMode", "processed");
    assertThat(latest(stream, end)).isEqualTo(end);
    stream.stop();
  }
}
