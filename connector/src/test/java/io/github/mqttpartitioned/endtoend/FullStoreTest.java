// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Far more than a store holds, without a limit of what a batch may take. */
class FullStoreTest {

  private static final int MESSAGES = 80;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Tag(Full.TAG)
  @Test
  void goesOnHoweverOftenItIsFull() throws Exception {
    try (TestBroker broker = TestBrokers.start(BrokerOptions.DEFAULTS.maxQueued(0))) {
      Job job =
          new Job(folder, broker.url()).option("partitions", 1).option("storeMaxBytes", "16m");
      StreamingQuery query = job.startConnected();
      try (Publisher publisher = Publisher.to(broker.url()).patience(PATIENCE).connect()) {
        NumberedMessages numbered = new NumberedMessages(0, 1 << 20);
        for (int i = 0; i < MESSAGES; i++) {
          publisher.publish("test/" + i, numbered.next(), 1);
        }
        publisher.awaitAcknowledged(PATIENCE);
        // By topic: what the full store did not take is delivered again, some of it twice.
        Await.until(
            MESSAGES + " different messages, " + query.exception(),
            PATIENCE,
            () ->
                Arrived.processed(query) >= MESSAGES
                    && job.rows().select("topic").distinct().count() == MESSAGES);
      } finally {
        query.stop();
      }
      Arrived.check(job.rows(), Map.of(0, (long) MESSAGES), false);
    }
  }
}
