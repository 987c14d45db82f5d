package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerRestartTest {

  private static final int MESSAGES = 100_000;

  @TempDir Path folder;

  @Test
  void theQueryGoesOnByItselfAndNothingIsMissing() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", 4);
      StreamingQuery query = job.startConnected();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 1, 20_000)) {
        Arrived.await(query, MESSAGES / 4);
        broker.restart();
        Arrived.await(query, MESSAGES / 2);
        broker.restart();
        Map<Integer, Long> sent = load.await();
        Arrived.awaitAll(query, job::rows, sent);
        query.stop();
        Arrived.check(job.rows(), sent, false);
        Arrived.checkOffsetsDense(job.rows(), 4);
      } finally {
        query.stop();
      }
    }
  }
}
