// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.MqttPartitionReaderFactory;
import io.github.mqttpartitioned.spark.read.TestMessage;
import io.github.mqttpartitioned.spark.stream.FakeNode;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.apache.spark.sql.connector.read.streaming.PartitionOffset;
import org.apache.spark.sql.connector.read.streaming.SupportsRealTimeRead.RecordStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.Option;

/** A real-time task, as Spark 4.1 and 4.2 call it. */
class RealTimeReaderTest {

  private final FakeNode node = new FakeNode();
  private final TaskContextImpl task = TaskContext$.MODULE$.empty();

  @BeforeEach
  void beginTask() {
    TaskContext$.MODULE$.setTaskContext(task);
  }

  @AfterEach
  void endTask() {
    TaskContext$.MODULE$.unset();
  }

  private RealTimeReader reader(long from, long until) {
    MqttPartitionReaderFactory read =
        new MqttPartitionReaderFactory(
            input -> node.blocks(input.partition()),
            new MqttColumns(PayloadType.BINARY, false, List.of()),
            new LossPolicy(true, false));
    return (RealTimeReader)
        new RealTimeReaderFactory(read)
            .createReader(
                new MqttInputPartition("id", "group", 0, new OffsetRange(from, until), null));
  }

  @Test
  void eachRowHasTheTimeOfItsReceiptWithBothWaysToAsk() {
    List<TestMessage> messages = TestMessage.random(new Random(7), 3, false);
    node.append(0, messages);
    RealTimeReader reader = reader(0, 3);
    for (int row = 0; row < 3; row++) {
      RecordStatus status =
          row % 2 == 0 ? reader.nextWithTimeout(60_000L) : reader.nextWithTimeout(0L, 60_000L);
      assertThat(status.hasRecord()).isTrue();
      assertThat(status.recArrivalTime())
          .contains(Math.floorDiv(messages.get(row).receivedMicros(), 1_000L));
      assertThat(reader.get().getLong(3)).isEqualTo(row);
      assertThat(reader.getOffset()).isEqualTo((PartitionOffset) new RealTimeOffset(0, row + 1));
    }
  }

  @Test
  void whenTheTimeIsOverThereIsNoRowAndTheOffsetStays() {
    RealTimeReader reader = reader(5, 5);
    assertThat(reader.nextWithTimeout(0L).hasRecord()).isFalse();
    assertThat(reader.nextWithTimeout(0L, Duration.ZERO.toMillis()).recArrivalTime()).isEmpty();
    assertThat(reader.getOffset()).isEqualTo((PartitionOffset) new RealTimeOffset(0, 5));
  }

  @Test
  void endOfTheTaskClosesTheReader() {
    node.append(0, TestMessage.random(new Random(7), 3, false));
    assertThat(reader(0, 3).nextWithTimeout(60_000L).hasRecord()).isTrue();
    assertThat(node.openCursors).isPositive();
    task.markTaskCompleted(Option.empty());
    assertThat(node.openCursors).isZero();
  }
}
