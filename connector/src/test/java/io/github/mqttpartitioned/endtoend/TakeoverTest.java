// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody starts a query a second time, in another process, while it runs. */
@Tag(Full.TAG)
class TakeoverTest {

  private static final int PARTITIONS = 4;
  private static final int MESSAGES = 60_000;
  private static final int PER_SECOND = 2_000;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /**
   * What ends the second one. If the sink has the batch that Spark repeats at the start already,
   * the source is not asked for it, and Spark finds the batch in its commit log.
   */
  private static final String REFUSED =
      "\\[MQTT_SOURCE_ALREADY_RUNNING\\] Another application|\\[CONCURRENT_STREAM_LOG_UPDATE\\]";

  @TempDir private Path folder;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void theFirstOfTwoProcessesOnACheckpointGoesOnAndNothingIsMissing(int qos) throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.persistence(true).maxQueued(0);
    try (TestBroker broker = TestBrokers.start(options)) {
      Job job = new Job(folder, broker.url());
      Map<Integer, Long> sent;
      try (QueryChild first = QueryChild.start(folder, broker, PARTITIONS, qos)) {
        first.process().awaitLine("processed \\d", LIMIT);
        try (Load load = Load.start(broker.url(), 2, MESSAGES, qos, PER_SECOND)) {
          first.awaitProcessed(MESSAGES / 5);
          try (QueryChild second = QueryChild.start(folder, broker, PARTITIONS, qos)) {
            second.process().awaitLine(REFUSED, LIMIT);
          }
          sent = load.await();
        }
        first.awaitProcessed(MESSAGES);
        first.awaitQuiet();
      }
      assertThat(sent).hasSize(2);
      Arrived.check(job.rows(), sent, qos == 2 && broker.keepsPacketIds());
      Arrived.checkOffsetsDense(job.rows(), PARTITIONS);
    }
  }
}
