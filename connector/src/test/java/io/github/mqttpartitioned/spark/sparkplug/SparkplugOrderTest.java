// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.sparkplug.TahuPayload;
import io.github.mqttpartitioned.testkit.Seeded;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.streaming.GroupStateTimeout;
import org.apache.spark.sql.streaming.TestGroupState;
import org.eclipse.tahu.SparkplugException;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The messages of one edge node and its devices, received by members that are not in step, cut into
 * micro-batches anywhere. The value of a metric says what its name is.
 */
class SparkplugOrderTest {

  private static final int MEMBERS = 4;
  private static final int DEVICES = 3;
  private static final int ALIASES = 4;

  /** Places in the struct. */
  private static final int SEQ_GAP = 8;

  private static final int BIRTH = 9;
  private static final int METRICS = 10;
  private static final int LONG_VALUE = 6;

  private final SparkplugStep step =
      new SparkplugStep(new SparkplugNames.Places(0, 1, 2, /* java8Times= */ false));

  private TestGroupState<Row> state = state(null);

  private static TestGroupState<Row> state(Row kept) {
    return TestGroupState.create(
        Optional.ofNullable(kept), GroupStateTimeout.NoTimeout(), 0, Optional.empty(), false);
  }

  /** What an edge node publishes. */
  private static final class Plant {
    private final Random random;
    private final List<Row> published = new ArrayList<>();

    /** By device, 0 for the edge node: the number of its last birth. */
    private final int[] births = new int[1 + DEVICES];

    private int lastBirth;
    private long millis = 1_000;
    private int bdSeq = -1;
    private int seq;

    Plant(Random random) {
      this.random = random;
    }

    private void publish(String type, int device, byte[] payload) {
      String topic = "spBv1.0/plant/" + type + "/n" + (device == 0 ? "" : "/d" + device);
      published.add(RowFactory.create(topic, payload, new Timestamp(millis)));
      // Many messages have the same time.
      millis += random.nextInt(3) / 2;
    }

    private TahuPayload payload() {
      return new TahuPayload(millis, seq++ & 0xFF);
    }

    /** A new connection. */
    void connect() throws SparkplugException {
      if (bdSeq >= 0) {
        TahuPayload will = new TahuPayload(1, -1);
        publish("NDEATH", 0, will.named("bdSeq", MetricDataType.Int64, (long) bdSeq).birth());
        millis += 1 + random.nextInt(20);
      }
      bdSeq++;
      bear();
    }

    /** An NBIRTH with the DBIRTHs behind it, as a host asks for it, too. */
    void bear() throws SparkplugException {
      seq = 0;
      for (int device = 0; device <= DEVICES; device++) {
        bear(device);
      }
    }

    /** An alias means another metric from each birth on. */
    void bear(int device) throws SparkplugException {
      births[device] = ++lastBirth;
      TahuPayload payload = payload();
      if (device == 0) {
        payload.named("bdSeq", MetricDataType.Int64, (long) bdSeq);
      }
      for (int alias = 0; alias < ALIASES; alias++) {
        long value = value(device, alias);
        payload.born(name(value), alias, MetricDataType.Int64, value);
      }
      publish(device == 0 ? "NBIRTH" : "DBIRTH", device, payload.birth());
    }

    void data(int count) throws SparkplugException {
      for (int i = 0; i < count; i++) {
        int device = random.nextInt(1 + DEVICES);
        int alias = random.nextInt(ALIASES);
        long value = value(device, alias);
        byte[] data = payload().aliased(alias, MetricDataType.Int64, value).data();
        publish(device == 0 ? "NDATA" : "DDATA", device, data);
      }
    }

    private long value(int device, int alias) {
      return births[device] * 10L + alias;
    }

    static String name(long value) {
      return "m" + value;
    }

    /** What has been published since the last call. */
    List<Row> take() {
      List<Row> taken = List.copyOf(published);
      published.clear();
      return taken;
    }
  }

  private List<Row> batch(List<Row> messages) {
    List<Row> rows = new ArrayList<>();
    step.call("plant/n", messages.iterator(), state)
        .forEachRemaining(row -> rows.add((Row) asSparkGivesIt(row.getStruct(3))));
    state = state(state.exists() ? (Row) asSparkGivesIt(state.get()) : null);
    return rows;
  }

  /** Spark takes arrays, and gives sequences. */
  private static Object asSparkGivesIt(Object value) {
    if (value instanceof Row row) {
      return RowFactory.create(
          IntStream.range(0, row.size()).mapToObj(i -> asSparkGivesIt(row.get(i))).toArray());
    }
    return value instanceof Object[] array
        ? CollectionConverters.asScala(
                Arrays.stream(array).map(SparkplugOrderTest::asSparkGivesIt).toList())
            .toSeq()
        : value;
  }

  /** Members get the messages in turns, and a batch has what each of them has got so far. */
  private List<Row> receive(List<Row> published, Random random) {
    List<List<Row>> members = new ArrayList<>();
    for (int member = 0; member < MEMBERS; member++) {
      members.add(new ArrayList<>());
    }
    published.forEach(message -> members.get(random.nextInt(MEMBERS)).add(message));
    List<Row> rows = new ArrayList<>();
    while (members.stream().anyMatch(member -> !member.isEmpty())) {
      List<Row> batch = new ArrayList<>();
      for (List<Row> member : members) {
        List<Row> taken = member.subList(0, random.nextInt(Math.min(member.size(), 20) + 1));
        batch.addAll(taken);
        taken.clear();
      }
      Collections.shuffle(batch, random);
      rows.addAll(batch(batch));
    }
    return rows;
  }

  private static boolean isNamedRightly(Row row) {
    List<Row> metrics = row.getList(METRICS);
    return metrics.stream()
        .filter(metric -> !"bdSeq".equals(metric.getString(0)))
        .allMatch(metric -> Plant.name(metric.getLong(LONG_VALUE)).equals(metric.getString(0)));
  }

  private static boolean isMarked(Row row) {
    return row.getString(BIRTH).matches("missing|uncertain");
  }

  private List<Row> shuffled(List<Row> messages, Random random) {
    List<Row> shuffled = new ArrayList<>(messages);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  @Test
  void messagesOfOneBatchAreNamedRightly() {
    Seeded.run(
        40,
        random -> {
          Plant plant = new Plant(random);
          state = state(null);
          for (int connection = 0; connection < 4; connection++) {
            plant.connect();
            plant.data(random.nextInt(20));
            assertThat(batch(shuffled(plant.take(), random)))
                .allMatch(row -> row.getString(BIRTH).matches("known|ended"))
                .allMatch(SparkplugOrderTest::isNamedRightly);
          }
        });
  }

  @Test
  void whatIsNotMarkedIsNamedRightly() {
    List<Row> rows = new ArrayList<>();
    Seeded.run(
        40,
        random -> {
          Plant plant = new Plant(random);
          state = state(null);
          for (int connection = 0; connection < 3; connection++) {
            plant.connect();
            plant.data(20 + random.nextInt(40));
            plant.bear(1 + random.nextInt(DEVICES));
            plant.data(20 + random.nextInt(40));
            plant.millis++;
            plant.bear();
            plant.data(20 + random.nextInt(40));
            rows.addAll(receive(plant.take(), random));
          }
          // All births are there now.
          plant.data(5);
          assertThat(batch(plant.take()))
              .noneMatch(row -> row.getString(BIRTH).equals("missing"))
              .allMatch(SparkplugOrderTest::isNamedRightly);
        });
    List<Row> wrong = rows.stream().filter(row -> !isMarked(row) && !isNamedRightly(row)).toList();
    long marked = rows.stream().filter(SparkplugOrderTest::isMarked).count();
    System.out.printf(
        "%d messages, %d marked, %d wrong and not marked%n", rows.size(), marked, wrong.size());
    // A number may follow that of the session before by chance.
    assertThat(wrong.size() * 1_000).as(wrong.toString()).isLessThan(rows.size());
  }

  @Test
  void numbersGoOnBehindABirthThatComesTwice() throws Exception {
    Plant plant = new Plant(new Random(1));
    plant.connect();
    List<Row> births = plant.take();
    batch(births);
    plant.data(3);
    batch(plant.take());
    batch(births);
    plant.data(1);
    assertThat(batch(plant.take()))
        .allMatch(row -> row.getInt(SEQ_GAP) == 0 && row.getString(BIRTH).equals("known"));
  }

  /** An edge node with two threads, or a clock that is corrected, within one micro-batch. */
  @Test
  void sessionIsKnownAgainBehindTwoMessagesWhoseTimesAreExchanged() throws Exception {
    Plant plant = new Plant(new Random(1));
    plant.connect();
    batch(plant.take());
    plant.seq++;
    plant.millis = 1_012;
    plant.data(1);
    plant.seq -= 2;
    plant.millis = 1_013;
    plant.data(1);
    assertThat(batch(plant.take())).allMatch(row -> row.getString(BIRTH).equals("uncertain"));
    plant.seq++;
    plant.millis = 1_014;
    plant.data(2);
    assertThat(batch(plant.take()))
        .allMatch(row -> row.getInt(SEQ_GAP) == 0 && row.getString(BIRTH).equals("known"));
  }

  @Test
  void aMessageThatComesTwiceDoesNotHideThatAnotherIsMissing() throws Exception {
    Plant plant = new Plant(new Random(1));
    plant.connect();
    plant.data(3);
    List<Row> messages = new ArrayList<>(plant.take());
    messages.remove(messages.size() - 2);
    batch(messages);
    batch(messages.subList(messages.size() - 1, messages.size()));
    plant.data(1);
    assertThat(batch(plant.take())).allMatch(row -> row.getString(BIRTH).equals("uncertain"));
  }
}
