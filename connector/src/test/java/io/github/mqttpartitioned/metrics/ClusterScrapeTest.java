// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Samples;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ClusterScrapeTest {

  private static final Duration PATIENCE = Duration.ofMillis(300);

  private final Map<String, Supplier<String>> nodes = new LinkedHashMap<>();

  private static Supplier<String> stored(String node, int messages) {
    return () ->
        """
        # HELP mqtt_source_stored_messages_total Messages made durable
        # TYPE mqtt_source_stored_messages_total counter
        mqtt_source_stored_messages_total{group="g",node="%s",partition="0"} %d
        """
            .formatted(node, messages);
  }

  @Test
  void everyNodeIsInOneText() {
    nodes.put("1", stored("1", 5));
    nodes.put("2", stored("2", 7));
    try (ClusterScrape scrape = new ClusterScrape("g", () -> nodes, PATIENCE)) {
      Samples samples = new Samples(scrape.text());
      assertThat(samples.sum("mqtt_source_stored_messages_total")).isEqualTo(12);
      assertThat(samples.sum("mqtt_source_node_up", "node=\"1\"")).isEqualTo(1);
      assertThat(samples.sum("mqtt_source_node_up", "node=\"2\"")).isEqualTo(1);
    }
  }

  @Test
  void nodesThatAreSilentOrFailAreDownAndHoldUpNothing() {
    CountDownLatch repair = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    nodes.put("good", stored("good", 5));
    nodes.put(
        "silent",
        () -> {
          asked.incrementAndGet();
          try {
            repair.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return stored("silent", 9).get();
        });
    nodes.put(
        "failing",
        () -> {
          throw new IllegalStateException("connection refused");
        });
    try (ClusterScrape scrape = new ClusterScrape("g", () -> nodes, PATIENCE)) {
      for (int times = 0; times < 3; times++) {
        long began = System.nanoTime();
        Samples samples = new Samples(scrape.text());
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .isLessThan(PATIENCE.multipliedBy(10));
        assertThat(samples.sum("mqtt_source_stored_messages_total")).isEqualTo(5);
        assertThat(samples.sum("mqtt_source_node_up", "node=\"good\"")).isEqualTo(1);
        assertThat(samples.sum("mqtt_source_node_up", "node=\"silent\"")).isZero();
        assertThat(samples.sum("mqtt_source_node_up", "node=\"failing\"")).isZero();
      }
      assertThat(asked).as("a node that is asked still is not asked again").hasValue(1);
      repair.countDown();
      Await.until(
          "the node that was silent",
          Duration.ofSeconds(30),
          () -> new Samples(scrape.text()).sum("mqtt_source_node_up", "node=\"silent\"") == 1);
    }
  }
}
