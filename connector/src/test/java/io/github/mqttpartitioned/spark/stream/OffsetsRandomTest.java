// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.spark.read.TestMessage;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Offsets over messages, batches, commits and restarts in random order, held against what Spark
 * would have in its logs: each offset is planned in one batch, again whenever that batch is
 * repeated, and nothing goes before the batch behind it has been planned.
 */
class OffsetsRandomTest {

  private static final int PARTITIONS = 3;
  private static final int OPERATIONS = 500;
  private static final int SOAK_OPERATIONS = 100_000;
  private static final int LARGEST_BLOCK = 20;
  private static final Duration RETENTION = Duration.ofSeconds(2);

  @TempDir private Path temp;

  @Test
  void eachOffsetBelongsToOneBatchAndStaysUntilTheNextIsPlanned() {
    Seeded.run(3, random -> new Run(random).operations(OPERATIONS));
  }

  @Tag(Soak.TAG)
  @Test
  void eachOffsetBelongsToOneBatchOverManyOperations() {
    Seeded.run(1, random -> new Run(random).operations(SOAK_OPERATIONS));
  }

  private final class Run {
    private final FakeNode node = new FakeNode();
    private final Random random;
    private final Path checkpoint;
    private final String limit;
    private long nanos;
    private MqttMicroBatchStream stream;

    /** As in Spark's offset log: the end of each batch, from the first one's beginning. */
    private final List<SourceOffset> log = new ArrayList<>(List.of(SourceOffset.zero(PARTITIONS)));

    /** How many batches are in the commit log. */
    private int committed;

    Run(Random random) throws Exception {
      this.random = random;
      this.checkpoint = Files.createTempDirectory(temp, "checkpoint");
      this.limit = String.valueOf(1 + random.nextInt(50));
      restart();
    }

    void operations(int count) {
      for (int i = 0; i < count; i++) {
        switch (random.nextInt(10)) {
          case 0 -> restart();
          case 1, 2, 3, 4 ->
              node.append(
                  random.nextInt(PARTITIONS),
                  TestMessage.random(random, 1 + random.nextInt(LARGEST_BLOCK), false));
          case 5 -> nanos += Duration.ofSeconds(1).toNanos();
          default -> batch();
        }
      }
      assertTrims();
      stream.stop();
    }

    /**
     * What was committed longer ago than the retention goes, to the block that has the last of it.
     */
    private void assertTrims() {
      restart();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        node.append(
            partition, TestMessage.random(random, 1 + random.nextInt(LARGEST_BLOCK), false));
      }
      SourceOffset from = last();
      SourceOffset until =
          SourceOffset.of(stream.latestOffset(from, stream.getDefaultReadLimit()), PARTITIONS);
      assertThat(until).isNotEqualTo(from);
      stream.commit(from);
      nanos += RETENTION.toNanos();
      stream.latestOffset(until, stream.getDefaultReadLimit());
      assertNothingGoneFrom(from);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        assertThat(node.status("", partition).extent().earliest())
            .as("earliest of partition %s", partition)
            .isGreaterThan(from.get(partition) - LARGEST_BLOCK);
      }
    }

    /** A new run on the checkpoint; the last batch is repeated when it was not committed. */
    private void restart() {
      if (stream != null) {
        stream.stop();
      }
      boolean limited = random.nextBoolean();
      stream =
          new MqttMicroBatchStream(
              TestOptions.of(
                  "partitions",
                  String.valueOf(PARTITIONS),
                  "retention",
                  RETENTION.toSeconds() + "s",
                  "maxOffsetsPerTrigger",
                  limited ? limit : "1000000"),
              "test",
              checkpoint.toString(),
              () -> node.host(2),
              () -> nanos,
              time -> nanos += Math.max(1, time.toNanos()));
      stream.setLatestSeenOffset(last());
      if (committed < log.size() - 1) {
        run(log.get(log.size() - 2), last());
      }
    }

    private SourceOffset last() {
      return log.get(log.size() - 1);
    }

    private void batch() {
      SourceOffset from = last();
      ReadLimit limits = stream.getDefaultReadLimit();
      Offset found = stream.latestOffset(from, limits);
      SourceOffset until = SourceOffset.of(found, PARTITIONS);
      for (int partition = 0; partition < PARTITIONS; partition++) {
        assertThat(until.get(partition)).isGreaterThanOrEqualTo(from.get(partition));
      }
      assertThat(SourceOffset.parse(until.json())).isEqualTo(until);
      if (found.json().equals(from.json())) {
        return;
      }
      log.add(until);
      if (log.size() > 2) {
        stream.commit(from);
      }
      run(from, until);
    }

    /** Plans a batch, once or twice, and sometimes dies before it is in the commit log. */
    private void run(SourceOffset from, SourceOffset until) {
      for (int times = random.nextInt(2); times >= 0; times--) {
        assertThat(planned(from, until)).isEqualTo(expected(from, until));
      }
      assertNothingGoneFrom(from);
      if (random.nextInt(4) > 0) {
        committed = log.size() - 1;
      } else {
        restart();
      }
    }

    private List<String> planned(SourceOffset from, SourceOffset until) {
      return Arrays.stream(stream.planInputPartitions(from, until))
          .map(InputPartition::toString)
          .toList();
    }

    private List<String> expected(SourceOffset from, SourceOffset until) {
      List<String> tasks = new ArrayList<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        if (from.get(partition) < until.get(partition)) {
          tasks.add(
              "partition %d [%d, %d)"
                  .formatted(partition, from.get(partition), until.get(partition)));
        }
      }
      return tasks;
    }

    private void assertNothingGoneFrom(SourceOffset from) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        assertThat(node.status("", partition).extent().earliest())
            .as("earliest of partition %s", partition)
            .isLessThanOrEqualTo(from.get(partition));
      }
    }
  }
}
