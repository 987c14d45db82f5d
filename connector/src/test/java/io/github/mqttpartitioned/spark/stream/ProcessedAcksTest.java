// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.Test;

/** What is acknowledged between two of Spark's calls. */
class ProcessedAcksTest extends StreamFixture {

  private static final String WATCHER = "mqtt-commit-log-watcher";
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** A file system that lets the watcher wait for its answer about the commit log. */
  public static final class SlowFileSystem extends RawLocalFileSystem {
    static final CountDownLatch asked = new CountDownLatch(1);
    static final CountDownLatch answer = new CountDownLatch(1);

    @Override
    public boolean exists(org.apache.hadoop.fs.Path path) throws IOException {
      if (Thread.currentThread().getName().equals(WATCHER) && path.toString().contains("commits")) {
        asked.countDown();
        try {
          answer.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      return super.exists(path);
    }
  }

  private SparkHost host(Configuration hadoop) {
    return new SparkHost(
        2, hadoop, List.of(), node.host(2).nodes(), null, needed -> 2, () -> OptionalLong.of(7));
  }

  private void commit() throws IOException {
    Path commits = Files.createDirectories(temp.resolve("commits"));
    Files.createFile(commits.resolve("7"));
  }

  private MqttMicroBatchStream runBatch(Configuration hadoop) {
    MqttMicroBatchStream stream = stream(host(hadoop), "ackMode", "processed");
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    append(0, 5);
    planned(stream, initial, latest(stream, initial));
    return stream;
  }

  private static long watchers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(WATCHER))
        .count();
  }

  @Test
  void batchIsAcknowledgedWhenItIsInTheCommitLogAndAgainWhereThatFailed() throws Exception {
    MqttMicroBatchStream stream = runBatch(new Configuration());
    assertThat(node.calls()).noneMatch(call -> call.startsWith("processed"));
    node.failProcessed = new IllegalStateException("not now");
    commit();
    Await.until(
        "acknowledgement of the batch",
        DEADLINE,
        () -> node.calls().contains("processed 0 before 5"));
    stream.stop();
  }

  @Test
  void batchThatIsCompleteWhenTheQueryStopsIsAcknowledged() throws Exception {
    MqttMicroBatchStream stream = runBatch(new Configuration());
    commit();
    stream.stop();
    assertThat(node.calls()).contains("processed 0 before 5").endsWith("release");
  }

  /** Another run may use the checkpoint and the partitions by then. */
  @Test
  void nothingIsAcknowledgedAfterTheQueryHasStopped() throws Exception {
    Await.until("end of other watchers", DEADLINE, () -> watchers() == 0);
    Configuration hadoop = new Configuration();
    hadoop.set("fs.file.impl", SlowFileSystem.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    MqttMicroBatchStream stream = runBatch(hadoop);
    Await.until("look at the log", DEADLINE, () -> SlowFileSystem.asked.getCount() == 0);
    stream.stop();
    commit();
    SlowFileSystem.answer.countDown();
    Await.until("end of the watcher", DEADLINE, () -> watchers() == 0);
    assertThat(node.calls()).endsWith("release").noneMatch(call -> call.startsWith("processed"));
  }
}
