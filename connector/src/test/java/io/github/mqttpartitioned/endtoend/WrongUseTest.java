// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.spark.sql.streaming.DataStreamReader;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake that a user makes gives one error that says how to correct it. */
class WrongUseTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;

  static Stream<Arguments> wrongOptions() {
    return Stream.of(
        Arguments.of("no topics", "topics", null, "[MQTT_MISSING_OPTION] Option topics is missing"),
        Arguments.of(
            "unknown option",
            "topic",
            "a",
            "[MQTT_UNKNOWN_OPTION] Unknown option 'topic'. Did you mean 'topics'?"),
        Arguments.of(
            "qos=3",
            "qos",
            "3",
            "[MQTT_INVALID_OPTION] Option qos: '3' is out of range. Accepted: 0, 1 or 2."),
        Arguments.of(
            "partitions=0", "partitions", "0", "[MQTT_INVALID_OPTION] Option partitions: '0'"),
        Arguments.of("illegal filter", "topics", "a/#/b", "a/#/b"),
        Arguments.of("no scheme", "brokerUrl", "localhost:1883", "tcp://"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongOptions")
  void optionThatIsWrongFailsBeforeAnythingStarts(
      String what, String option, String value, String expected) {
    DataStreamReader reader =
        Spark.session()
            .readStream()
            .format("mqtt-partitioned")
            .option("brokerUrl", "tcp://127.0.0.1:1883");
    if (!option.equals("topics")) {
      reader.option("topics", "a/#");
    }
    if (value != null) {
      reader.option(option, value);
    }
    assertThatThrownBy(reader::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void fewerPartitionsThanBrokers() {
    assertThatThrownBy(
            () ->
                Spark.session()
                    .readStream()
                    .format("mqtt-partitioned")
                    .option("brokerUrl", "tcp://127.0.0.1:1883,tcp://127.0.0.1:1884")
                    .option("topics", "a/#")
                    .option("partitions", 1)
                    .load())
        .hasMessageContaining("partitions")
        .hasMessageContaining("brokerUrl");
  }

  @Test
  void brokerThatIsNotThere() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    StreamingQuery query =
        new Job(folder, "tcp://127.0.0.1:" + port).option("connectTimeout", "1s").start();
    assertThat(Job.failure(query, DEADLINE).cause())
        .hasMessageContaining("tcp://127.0.0.1:" + port + " cannot connect")
        .hasMessageContaining("Check brokerUrl");
  }

  @Test
  void wrongPassword() throws Exception {
    BrokerOptions options = BrokerOptions.DEFAULTS.credentials("user", "right");
    try (TestBroker broker = TestBrokers.start(options)) {
      StreamingQuery query =
          new Job(folder, broker.url())
              .option("username", "user")
              .option("password", "not-the-password")
              .start();
      assertThat(Job.failure(query, DEADLINE).getMessage())
          .contains("cannot connect: the broker said")
          .contains("username")
          .doesNotContain("not-the-password");
    }
  }

  @Test
  void storeDirectoryThatCannotBeWritten() throws Exception {
    // Root may write anywhere but into what is no directory.
    Path file = Files.createFile(folder.resolve("file"));
    try (TestBroker broker = TestBrokers.start()) {
      StreamingQuery query =
          new Job(folder, broker.url()).option("storeDir", file.resolve("stores")).start();
      assertThat(Job.failure(query, DEADLINE).cause()).hasMessageContaining(file.toString());
    }
  }

  @Test
  void checkpointWithTheStoresOfAnother() throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      Path one = Files.createDirectory(folder.resolve("one"));
      Path two = Files.createDirectory(folder.resolve("two"));
      Job first = new Job(one, broker.url()).option("partitions", 1);
      Job second = new Job(two, broker.url()).option("partitions", 1);
      first.startConnected().stop();
      second.startConnected().stop();
      Path mine = one.resolve("checkpoint/sources/0/stores");
      Path other = two.resolve("checkpoint/sources/0/stores");
      Files.move(mine, one.resolve("away"));
      Files.move(other, mine);
      assertThat(Job.failure(first.start(), DEADLINE).cause())
          .hasMessageContaining("source")
          .hasMessageContaining("p0");
    }
  }
}
