// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The promise, on a real broker, with a sink that shows every loss and every repetition. */
class EveryMessageArrivesTest {

  private static final int MESSAGES = Integer.getInteger("test.messages", 50_000);

  /** So that the load lasts over the stops. */
  private static final int PER_SECOND = 4_000;

  private static final int PARTITIONS = 4;
  private static final int STOPS = 10;

  private static final BrokerOptions BROKER = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);

  @TempDir Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void throughFourPartitionsIntoParquet(int qos) throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = job(broker, qos);
      StreamingQuery query = job.startConnected();
      try (Load load = Load.start(broker.url(), 4, MESSAGES, qos, 0)) {
        Map<Integer, Long> sent = load.await();
        Arrived.awaitAll(query, job::rows, sent);
        query.stop();
        Arrived.check(job.rows(), sent, qos == 2);
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
      }
    }
  }

  @Tag(Full.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void whileTheQueryIsStoppedAndStartedTenTimes(int qos) throws Exception {
    try (TestBroker broker = TestBrokers.start(BROKER)) {
      Job job = job(broker, qos);
      // The sessions must be there before the first message is.
      job.startConnected().stop();
      try (Load load = Load.start(broker.url(), 4, MESSAGES, qos, PER_SECOND)) {
        for (int stop = 1; stop <= STOPS; stop++) {
          StreamingQuery query = job.startConnected();
          Arrived.await(query, (long) MESSAGES * stop / (STOPS + 1));
          query.stop();
        }
        Map<Integer, Long> sent = load.await();
        StreamingQuery query = job.startConnected();
        Arrived.awaitAll(query, job::rows, sent);
        query.stop();
        Arrived.check(job.rows(), sent, qos == 2 && broker.keepsPacketIds());
        Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
      }
    }
  }

  private Job job(TestBroker broker, int qos) {
    return new Job(folder, broker.url()).option("partitions", PARTITIONS).option("qos", qos);
  }
}
