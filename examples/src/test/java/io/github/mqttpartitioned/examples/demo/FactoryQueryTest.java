// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.mqttpartitioned.examples.factory.Device;
import io.github.mqttpartitioned.examples.factory.Factory;
import io.github.mqttpartitioned.examples.factory.Kind;
import io.github.mqttpartitioned.examples.load.PublishedMarks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the executors count, over Spark's own tasks. */
class FactoryQueryTest {

  private static final int EACH = 20;
  private static final int PUBLISHED = EACH * Factory.DEVICES_PER_HALL;
  private static final StructType SCHEMA =
      new StructType()
          .add("run", "string")
          .add("device", "string")
          .add("seq", "long")
          .add("received", "long")
          .add("hall", "string")
          .add("kind", "string")
          .add("value", "double");

  private static SparkSession spark;

  @TempDir private Path directory;
  private Tally tally;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder()
            .master("local[2,2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void publish() throws IOException {
    PublishedMarks marks = PublishedMarks.inMemory();
    marks.set(0, PUBLISHED);
    tally = Tally.open(directory.resolve("tally"), "run", Map.of("run", marks));
  }

  @Test
  void messagesThatAllComeOnceAreNeitherLostNorDuplicated() throws IOException {
    process(0, messages());
    assertThat(Summary.of(tally.sums())).isEqualTo(new Summary(PUBLISHED, PUBLISHED, 0, 0));
  }

  @Test
  void aMessageThatDoesNotComeIsLost() throws IOException {
    List<Row> messages = messages();
    messages.remove(PUBLISHED / 2);
    process(0, messages);
    assertThat(Summary.of(tally.sums())).isEqualTo(new Summary(PUBLISHED, PUBLISHED - 1, 1, 0));
  }

  @Test
  void aMessageThatComesTwiceInABatchIsDuplicated() throws IOException {
    List<Row> messages = messages();
    messages.add(messages.get(7));
    process(0, messages);
    assertThat(Summary.of(tally.sums())).isEqualTo(new Summary(PUBLISHED, PUBLISHED + 1, 0, 1));
  }

  @Test
  void aMessageThatComesAgainInALaterBatchIsDuplicated() throws IOException {
    List<Row> messages = messages();
    process(0, messages);
    process(1, List.of(messages.get(7)));
    assertThat(Summary.of(tally.sums())).isEqualTo(new Summary(PUBLISHED, PUBLISHED + 1, 0, 1));
  }

  @Test
  void aTaskThatIsTriedAgainCountsOnce() throws IOException {
    Dataset<Row> failing =
        rows(messages())
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>)
                    rows -> {
                      List<Row> all = new ArrayList<>();
                      rows.forEachRemaining(all::add);
                      if (TaskContext.get().attemptNumber() == 0) {
                        throw new IOException("first attempt");
                      }
                      return all.iterator();
                    },
                Encoders.row(SCHEMA));
    tally.add(0, FactoryQuery.count(failing, 0));
    assertThat(Summary.of(tally.sums())).isEqualTo(new Summary(PUBLISHED, PUBLISHED, 0, 0));
  }

  @Test
  void hallsAndWatchedDevicesAreSummedUp() {
    BatchCount count = FactoryQuery.count(rows(messages()), 0);
    assertThat(count.rows()).isEqualTo(PUBLISHED);
    assertThat(count.halls()).containsOnlyKeys("hall-1");
    HallCount hall = count.halls().get("hall-1");
    assertThat(hall.messages()).isEqualTo(PUBLISHED);
    assertThat(hall.averages().get(Kind.TEMPERATURE)).isCloseTo(42, within(1e-9));
    assertThat(count.readings())
        .containsExactly(
            Map.entry(
                "press-100", new BatchCount.Reading("press-100", Kind.TEMPERATURE, 42, EACH - 1)));
  }

  @Test
  void highestReadingAboveTheAlarmLevelOfEachDeviceIsAnAlert() {
    String device = Factory.devices(1).get(0).name();
    List<Row> rows =
        List.of(
            RowFactory.create("run", device, 0L, 0L, "hall-1", "temperature", 42.0),
            RowFactory.create("run", device, 1L, 1L, "hall-1", "temperature", 99.0),
            RowFactory.create("run", device, 2L, 2L, "hall-1", "temperature", 80.0));
    assertThat(FactoryQuery.count(rows(rows), 0).alerts())
        .containsExactly(
            new BatchCount.Alert(
                "hall-1", new BatchCount.Reading(device, Kind.TEMPERATURE, 99, 1)));
  }

  private void process(long batch, List<Row> messages) throws IOException {
    tally.add(batch, FactoryQuery.count(rows(messages), 0));
  }

  private static Dataset<Row> rows(List<Row> messages) {
    return spark.createDataFrame(messages, SCHEMA).repartition(4);
  }

  /** Of all devices of the first hall, in no order. */
  private static List<Row> messages() {
    List<Row> messages = new ArrayList<>();
    for (Device device : Factory.devices(1)) {
      for (long i = 0; i < EACH; i++) {
        messages.add(RowFactory.create("run", device.name(), i, i, "hall-1", "temperature", 42.0));
      }
    }
    Collections.shuffle(messages, new Random(1));
    return messages;
  }
}
