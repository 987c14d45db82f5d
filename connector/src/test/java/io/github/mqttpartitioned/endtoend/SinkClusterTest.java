// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.Full;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query whose tasks write to a broker from two executors. */
@Tag(Full.TAG)
class SinkClusterTest {

  private static final int ROWS = 10_000;

  @TempDir Path folder;

  @Test
  void rowsOfEachExecutorArrive() {
    try (TestBroker broker = TestBrokers.start();
        SinkCluster sink = new SinkCluster(folder, broker, 1)) {
      sink.awaitNoneMissing(ROWS);
      sink.await("senders of both", () -> sink.isSenderOf("0") && sink.isSenderOf("1"));
    }
  }
}
