// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.testkit.Await;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.Test;

/** Starts that fail, are stopped or are one too many, and what the next start finds. */
class StreamStartTest extends StreamFixture {

  @Test
  void failedStartLeavesNothingRunningAndCanBeTriedAgain() {
    node.state = State.FAILED;
    node.problem = new IllegalStateException("wrong password");
    node.neverConnected.addAll(List.of(0, 1));
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> latest(stream, stream.initialOffset())).hasMessage("wrong password");
    assertThat(node.calls).endsWith("release");
    stream.stop();
    node.state = State.CONNECTED;
    node.problem = null;
    node.neverConnected.clear();
    MqttMicroBatchStream repaired = stream("group", "another");
    assertThat(latest(repaired, repaired.initialOffset())).isEqualTo(SourceOffset.zero(2));
  }

  /** The one that was may have taken messages over. */
  @Test
  void sourceOfWhichAMemberWasConnectedCannotTakeAnotherGroup() {
    node.state = State.FAILED;
    node.problem = new IllegalStateException("wrong password");
    node.neverConnected.add(1);
    MqttMicroBatchStream stream = stream();
    assertThatThrownBy(() -> latest(stream, stream.initialOffset())).hasMessage("wrong password");
    stream.stop();
    node.state = State.CONNECTED;
    node.problem = null;
    node.neverConnected.clear();
    MqttMicroBatchStream repaired = stream("group", "another");
    assertThatThrownBy(() -> latest(repaired, repaired.initialOffset()))
        .hasMessageContaining("group was")
        .hasMessageContaining("another");
  }

  @Test
  void startThatIsInterruptedLeavesNothingRunningAndRemembersWhoWasConnected() throws Exception {
    node.neverConnected.add(1);
    MqttMicroBatchStream stream = stream();
    Thread start =
        new Thread(
            () -> {
              try {
                latest(stream, stream.initialOffset());
              } catch (UncheckedIOException expected) {
                // As a query that is stopped while it starts.
              }
            });
    start.start();
    Await.until(
        "both assigned", Duration.ofSeconds(30), () -> node.calls().contains("assign 1 at 0"));
    start.interrupt();
    start.join();
    assertThat(node.calls()).endsWith("release");
    node.neverConnected.clear();
    MqttMicroBatchStream other = stream("group", "another");
    assertThatThrownBy(() -> latest(other, other.initialOffset()))
        .hasMessageContaining("group was");
  }

  @Test
  void streamThatIsStoppedWhileItsMembersConnectReleasesThem() throws Exception {
    node.neverConnected.add(1);
    MqttMicroBatchStream stream = stream();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread start =
        new Thread(
            () -> {
              try {
                latest(stream, stream.initialOffset());
              } catch (IllegalStateException e) {
                failure.set(e);
              }
            });
    start.start();
    Await.until(
        "both assigned", Duration.ofSeconds(30), () -> node.calls().contains("assign 1 at 0"));
    stream.stop();
    node.connect(1);
    start.join();
    assertThat(failure.get()).hasMessageStartingWith("[MQTT_START_STOPPED] ");
    assertThat(node.calls()).endsWith("release");

    MqttMicroBatchStream next = stream();
    assertThat(latest(next, next.initialOffset())).isEqualTo(SourceOffset.zero(2));
    next.stop();
  }

  @Test
  void stoppedStreamIsNotStartedAgain() {
    MqttMicroBatchStream stream = stream();
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    stream.stop();
    node.calls.clear();
    assertThatThrownBy(() -> latest(stream, initial))
        .hasMessageStartingWith("[MQTT_START_STOPPED] ");
    assertThat(node.calls).isEmpty();
    assertThat(stream.metrics(Optional.of(initial))).containsEntry("backlog.0", "0");
  }

  @Test
  void secondQueryOnACheckpointInUseIsRefusedAndHarmsNothing() {
    MqttMicroBatchStream first = stream();
    Offset initial = first.initialOffset();
    latest(first, initial);
    MqttMicroBatchStream second = stream();
    assertThatThrownBy(() -> latest(second, second.initialOffset()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_SOURCE_ALREADY_RUNNING] ")
        .hasMessageContaining(temp + "/sources/0 is in use by another query");
    second.stop();
    append(0, 5);
    assertThat(latest(first, initial)).isEqualTo(SourceOffset.of(5, 0));
    assertThat(node.calls).doesNotContain("release");
    first.stop();
    MqttMicroBatchStream third = stream();
    assertThat(latest(third, third.initialOffset())).isEqualTo(SourceOffset.of(5, 0));
    third.stop();
  }

  @Test
  void secondQueryOnACheckpointInUseDoesNotChangeItsIdentity() {
    MqttMicroBatchStream first = stream();
    latest(first, first.initialOffset());
    SourceCheckpoint checkpoint =
        new SourceCheckpoint(temp.resolve("sources/0").toString(), new Configuration());
    Optional<SourceIdentity> before = checkpoint.read();
    MqttMicroBatchStream second = stream("topics", "other/#", "partitions", "3");
    assertThatThrownBy(() -> latest(second, second.initialOffset()))
        .hasMessageContaining("in use by another query");
    second.stop();
    assertThat(checkpoint.read()).isEqualTo(before);
    first.stop();
  }
}
