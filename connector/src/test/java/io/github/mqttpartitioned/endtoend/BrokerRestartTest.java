package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerRestartTest {

  private static final int MESSAGES = 100_000;

  @TempDir Path folder;

  @Test
  void theQueryGoesOnByItselfAndNothingIsMissing() throws Exception {
    breakOff(BrokerOptions.DEFAULTS.persistence(true).maxQueued(0), TestBroker::stop);
  }

  @Test
  void brokerThatIsKilledAndHasKeptWhatItAcknowledgedMakesNothingMissing() throws Exception {
    breakOff(BrokerOptions.DEFAULTS.durable(true), TestBroker::kill);
  }

  /** Twice in the midst. */
  private void breakOff(BrokerOptions options, Consumer<TestBroker> end) throws Exception {
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url()).option("partitions", 4);
      StreamingQuery query = job.startConnected();
      try (Load load = Load.start(broker.url(), 2, MESSAGES, 1, 20_000)) {
        Arrived.await(query, MESSAGES / 4);
        end.accept(broker);
        broker.start();
        Arrived.await(query, MESSAGES / 2);
        end.accept(broker);
        broker.start();
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
