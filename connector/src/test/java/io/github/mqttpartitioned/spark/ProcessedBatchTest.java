// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.spark.read.FakeSource;
import io.github.mqttpartitioned.spark.read.TestMessage;
import io.github.mqttpartitioned.spark.stream.FakeNode;
import io.github.mqttpartitioned.testkit.Await;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;

/** When a batch is acknowledged, with {@code ackMode=processed}. */
class ProcessedBatchTest extends SourceSparkFixture {

  @Test
  void batchIsAcknowledgedOnceItIsCompleteThoughSparkDoesNotAskForTheNext() throws Exception {
    append(0, 5);
    append(1, 3);
    StreamingQuery query =
        messages("ackMode", "processed")
            .writeStream()
            .format("noop")
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .trigger(Trigger.ProcessingTime(1, TimeUnit.HOURS))
            .start();
    try {
      awaitCall(node, "processed 0 before 5", query);
      assertThat(node.calls())
          .contains("processed 1 before 3")
          .noneMatch(c -> c.startsWith("trim"));
    } finally {
      query.stop();
    }
  }

  @Test
  void twoSourcesOfOneQueryAreAcknowledgedEach() throws Exception {
    String secondGroup = group + "-second";
    FakeNode second = FakeSource.node(secondGroup);
    append(0, 5);
    second.append(1, TestMessage.random(random, 4, true));
    StreamingQuery query =
        messages("ackMode", "processed")
            .union(messages("ackMode", "processed", "group", secondGroup))
            .writeStream()
            .format("noop")
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .trigger(Trigger.ProcessingTime(1, TimeUnit.HOURS))
            .start();
    try {
      awaitCall(node, "processed 0 before 5", query);
      awaitCall(second, "processed 1 before 4", query);
    } finally {
      query.stop();
    }
  }

  @Test
  void batchThatFailsIsNotAcknowledged() throws Exception {
    append(0, 5);
    StreamingQuery failing =
        messages("ackMode", "processed")
            .writeStream()
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .foreachBatch(
                (VoidFunction2<Dataset<Row>, Long>)
                    (batch, id) -> {
                      throw new IllegalStateException("the sink is down");
                    })
            .start();
    assertThatThrownBy(() -> failing.awaitTermination()).hasMessageContaining("the sink is down");
    assertThat(node.calls()).noneMatch(call -> call.startsWith("processed"));
  }

  private static void awaitCall(FakeNode node, String call, StreamingQuery query) {
    Await.until(
        call + ", exception " + query.exception(),
        Duration.ofMinutes(1),
        () -> node.calls().contains(call));
  }
}
