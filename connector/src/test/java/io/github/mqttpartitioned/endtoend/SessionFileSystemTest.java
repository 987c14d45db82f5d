// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.spark.stream.RemoteFileSystem;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checkpoint is on a file system that is configured in the session, not in the application. */
class SessionFileSystemTest {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void queryRunsAndContinuesAndABatchReadsWhatItHasStored() throws Exception {
    SparkSession session = Spark.session().newSession();
    session.conf().set("fs.remote.impl", RemoteFileSystem.class.getName());
    // Otherwise a file system that anybody else has opened would do.
    session.conf().set("fs.remote.impl.disable.cache", "true");
    try (TestBroker broker = TestBrokers.start();
        Publisher publisher = Publisher.to(broker.url()).connect()) {
      StreamingQuery first = start(session, broker);
      publisher.publish("test/1", "one".getBytes(UTF_8), 1);
      Arrived.await(first, 1);
      first.stop();
      StreamingQuery second = start(session, broker);
      publisher.publish("test/1", "two".getBytes(UTF_8), 1);
      Arrived.await(second, 2);
      assertThat(
              session
                  .read()
                  .format("mqtt-partitioned")
                  .option("sourceCheckpoint", checkpoint())
                  .load()
                  .count())
          .isEqualTo(2);
      second.stop();
    }
  }

  private StreamingQuery start(SparkSession session, TestBroker broker) throws Exception {
    StreamingQuery query =
        session
            .readStream()
            .format("mqtt-partitioned")
            .option("brokerUrl", broker.url())
            .option("topics", "test/#")
            .option("partitions", 1)
            .option("retention", "1h")
            .option("storeDir", folder.resolve("stores").toString())
            .load()
            .writeStream()
            .format("noop")
            .option("checkpointLocation", checkpoint())
            .start();
    Await.until(
        "the first progress, exception " + query.exception(),
        LIMIT,
        () -> query.recentProgress().length > 0 || query.exception().isDefined());
    return query;
  }

  private String checkpoint() {
    return "remote:" + folder.resolve("checkpoint");
  }
}
