// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.TestMessage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.junit.jupiter.api.io.TempDir;

/** A {@link MqttMicroBatchStream} over stores in memory, called as Spark calls it. */
abstract class StreamFixture {

  @TempDir Path temp;
  final FakeNode node = new FakeNode();
  private final Random random = new Random(7);
  long nanos;

  /** Runs each time that the stream waits. */
  Runnable whileWaiting = () -> {};

  MqttMicroBatchStream stream(String... options) {
    return stream(node.host(2), options);
  }

  MqttMicroBatchStream stream(SparkHost host, String... options) {
    return streamOn("sources/0", host, options);
  }

  MqttMicroBatchStream streamOn(String checkpoint, SparkHost host, String... options) {
    String[] two = new String[options.length + 2];
    two[0] = "partitions";
    two[1] = "2";
    System.arraycopy(options, 0, two, 2, options.length);
    return new MqttMicroBatchStream(
        TestOptions.of(two),
        "mqtt-partitioned test",
        temp.resolve(checkpoint).toString(),
        () -> host,
        () -> nanos,
        time -> {
          nanos += Math.max(1, time.toNanos());
          whileWaiting.run();
        });
  }

  void append(int partition, int count) {
    node.append(partition, TestMessage.random(random, count, false));
  }

  static Offset latest(MqttMicroBatchStream stream, Offset start) {
    return stream.latestOffset(start, stream.getDefaultReadLimit());
  }

  static List<String> planned(MqttMicroBatchStream stream, Offset from, Offset until) {
    return Arrays.stream(stream.planInputPartitions(from, until))
        .map(InputPartition::toString)
        .toList();
  }

  /** As Spark gives an offset back that it has read from its log. */
  static Offset serialized(Offset offset) {
    String json = offset.json();
    return new Offset() {
      @Override
      public String json() {
        return json;
      }
    };
  }

  Offset runOnce(int messages) {
    MqttMicroBatchStream stream = stream();
    Offset initial = stream.initialOffset();
    latest(stream, initial);
    append(0, messages);
    append(1, messages);
    Offset end = latest(stream, initial);
    planned(stream, initial, end);
    stream.stop();
    node.calls.clear();
    return end;
  }
}
