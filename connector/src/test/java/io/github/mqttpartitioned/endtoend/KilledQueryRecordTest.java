// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.BlockCursor;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.testkit.FailingDisk;
import io.github.mqttpartitioned.testkit.FailingDisk.Fault;
import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.SessionBroker;
import io.github.mqttpartitioned.testkit.Soak;
import io.github.mqttpartitioned.testkit.Spark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * kill -9 of a whole query, with a broker that keeps a record of what was acknowledged to it. After
 * each kill all of that is in the sink or in the store, and what is in both is the same.
 */
@Tag(Full.TAG)
class KilledQueryRecordTest {

  private static final String ANY_MOMENT = "-";
  private static final int WINDOW = 500;
  private static final int MESSAGES_PER_ROUND = 5_000;
  private static final int PAYLOAD_BYTES = 100;
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  /** Where to kill, in the first rounds one after another. */
  private static final String[] POINTS = {
    "CREATED", "REOPENING", "COMMITTED", "TRIMMED", "COMMITTING", "OPENED", "TIDYING", ANY_MOMENT
  };

  private static final int LATER = POINTS.length - 1;

  @TempDir Path folder;

  /** By offset, what was ever found in sink or store. */
  private final Map<Long, Integer> numbers = new TreeMap<>();

  private long duplicates;
  private int published;

  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void whatWasAcknowledgedIsInTheSinkOrInTheStore(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, 5, random));
  }

  @Tag(Soak.TAG)
  @ParameterizedTest(name = "QoS {0}")
  @ValueSource(ints = {1, 2})
  void whatWasAcknowledgedIsInTheSinkOrInTheStoreInManyRounds(int qos) {
    Seeded.run(1, random -> killAgainAndAgain(qos, Soak.rounds(100), random));
  }

  private void killAgainAndAgain(int qos, int rounds, Random random) throws Exception {
    Optional<FailingDisk> compiled = FailingDisk.in(folder);
    Soak.require(compiled.isPresent(), "no C compiler");
    FailingDisk disk = compiled.orElseThrow();
    Map<String, Integer> kills = new TreeMap<>();
    try (SessionBroker broker = new SessionBroker(qos, WINDOW, PAYLOAD_BYTES)) {
      for (int round = 0; round < rounds; round++) {
        publish(broker, MESSAGES_PER_ROUND);
        String point = round < POINTS.length ? POINTS[round] : POINTS[1 + random.nextInt(LATER)];
        killOnce(broker, qos, point, disk, random);
        kills.merge(point, 1, Integer::sum);
        assertHolds(broker.acknowledged());
        assertThat(broker.violations()).isEmpty();
        System.out.printf("Kill %d of %d at QoS %d: %s%n", round + 1, rounds, qos, point);
      }
      try (QueryChild query = QueryChild.start(folder, broker.url(), 1, qos, disk)) {
        query.awaitProcessed(published);
        broker.awaitDone(DEADLINE);
        query.awaitQuiet();
      }
      BitSet sent = new BitSet();
      sent.set(0, published);
      assertHolds(sent);
      assertThat(broker.violations()).isEmpty();
      assertThat(qos == 2 ? duplicates : 0).as("stored twice").isZero();
      System.out.printf(
          "Killed a query at QoS %d %d times: %s; %d messages, %d rows%n",
          qos, rounds, kills, published, numbers.size());
    }
  }

  private void publish(SessionBroker broker, int more) {
    broker.publish(more);
    published += more;
  }

  private void killOnce(
      SessionBroker broker, int qos, String point, FailingDisk disk, Random random) {
    boolean comesBy = point.startsWith("COMM") || point.equals("TIDYING");
    String times = String.valueOf(comesBy ? 1 + random.nextInt(8) : 1);
    String[] fault = point.equals(ANY_MOMENT) ? new String[0] : new String[] {point, times};
    try (QueryChild query = QueryChild.start(folder, broker.url(), 1, qos, disk, fault)) {
      if (point.equals(ANY_MOMENT)) {
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(10_000)).toNanos());
      } else {
        if (point.equals("REOPENING")) {
          query.process().awaitLine("processed [1-9]", DEADLINE);
          disk.fail(Fault.META);
          publish(broker, WINDOW);
        }
        query.awaitPoint(point);
      }
      query.kill9();
    } finally {
      disk.recover();
    }
  }

  private void assertHolds(BitSet acknowledged) throws IOException {
    readSink();
    readStore();
    BitSet found = new BitSet();
    long expected = 0;
    duplicates = 0;
    for (Map.Entry<Long, Integer> each : numbers.entrySet()) {
      assertThat(each.getKey()).as("offset of the next message").isEqualTo(expected++);
      if (found.get(each.getValue())) {
        duplicates++;
      }
      found.set(each.getValue());
    }
    BitSet missing = (BitSet) acknowledged.clone();
    missing.andNot(found);
    assertThat(missing.cardinality())
        .as("acknowledged and nowhere, of them %s", missing.nextSetBit(0))
        .isZero();
  }

  private void readSink() {
    if (!Files.isDirectory(folder.resolve("output").resolve("_spark_metadata"))) {
      return;
    }
    Iterator<Row> rows =
        Spark.session()
            .read()
            .schema("offset BIGINT, payload BINARY")
            .parquet(folder.resolve("output").toString())
            .toLocalIterator();
    BitSet offsets = new BitSet();
    while (rows.hasNext()) {
      Row row = rows.next();
      assertThat(offsets.get((int) row.getLong(0))).as("in the sink before: %s", row).isFalse();
      offsets.set((int) row.getLong(0));
      found(row.getLong(0), ByteBuffer.wrap((byte[]) row.get(1)).getLong());
    }
  }

  private void readStore() throws IOException {
    Path directory = source().resolve("stores").resolve("p0");
    if (!PartitionStore.exists(directory)) {
      return;
    }
    try (PartitionStore store =
        PartitionStore.open(new StoreConfig(directory, sourceId(), 0, 1L << 30, 0))) {
      LogExtent extent = store.extent();
      try (BlockCursor cursor = store.read(new OffsetRange(extent.earliest(), extent.next()))) {
        for (Block block = cursor.next(); block != null; block = cursor.next()) {
          block.verify();
          ByteBuffer bytes = block.bytes().duplicate().order(ByteOrder.BIG_ENDIAN);
          for (int row = 0; row < block.count(); row++) {
            found(block.firstOffset() + row, bytes.getLong(block.payloadStart(row)));
          }
        }
      }
      assertThat(numbers).hasSize((int) extent.next());
    }
  }

  private void found(long offset, long payload) {
    int number = (int) NumberedMessages.sequence(payload);
    Integer before = numbers.put(offset, number);
    assertThat(before).as("message at offset %s before", offset).isIn(null, number);
  }

  private Path source() {
    return folder.resolve("checkpoint").resolve("sources").resolve("0");
  }

  /** From the newest identity in the checkpoint. */
  private String sourceId() throws IOException {
    try (Stream<Path> files = Files.list(source())) {
      List<Path> identities =
          files.filter(file -> file.getFileName().toString().startsWith("source.")).toList();
      Matcher id =
          Pattern.compile("\"sourceId\"\\s*:\\s*\"([^\"]+)\"")
              .matcher(Files.readString(identities.get(0)));
      assertThat(id.find()).as("source id in %s", identities).isTrue();
      return id.group(1);
    }
  }
}
