// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.mqttpartitioned.testkit.ChildJvm;
import io.github.mqttpartitioned.testkit.ConnectorJar;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connector as users get it: one jar beside Spark's own. */
class SelfContainedJarIT {

  private static final int MESSAGES = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void opensStoresConnectsMembersAndFeedsAQuery() throws Exception {
    try (TestBroker broker = TestBrokers.start();
        ChildJvm child =
            ChildJvm.of(QueryProcess.class, folder.toString(), broker.url(), "2", "1")
                .classPath(classPath())
                .heapMiB(1024)
                .start()) {
      child.awaitLine("processed 0", PATIENCE);
      try (Publisher publisher = Publisher.to(broker.url()).connect()) {
        for (int i = 0; i < MESSAGES; i++) {
          publisher.publish("test/" + i % 10, ("message " + i).getBytes(UTF_8), 1);
        }
        publisher.awaitAcknowledged(PATIENCE);
      }
      child.awaitLine("processed " + MESSAGES, PATIENCE);
    }
  }

  private static String classPath() {
    String jar = ConnectorJar.path().toString();
    return Stream.concat(
            Stream.of(jar),
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !ConnectorJar.isPart(entry) && !entry.equals(jar)))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
