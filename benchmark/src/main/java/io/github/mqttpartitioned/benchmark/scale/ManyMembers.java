// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.benchmark.broker.MosquittoLoad;
import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.spark.RunningQuery;
import io.github.mqttpartitioned.metrics.SourceMeter;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;

/**
 * What a query costs that has many members at one Mosquitto: how long it takes until all are
 * connected, and what threads and memory an idle one takes.
 */
final class ManyMembers {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MEBIBYTE = 1 << 20;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(5);

  private ManyMembers() {}

  /** One start, with new sessions and new stores. */
  static void measure(SparkSession spark, int members, Scratch scratch, Measurements measurements)
      throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    Metrics.addRegistry(registry);
    try (TestBroker broker = MosquittoLoad.start()) {
      long before = PartitionMemory.settledBytes();
      Set<Thread> others = threads();
      long begin = System.nanoTime();
      try (RunningQuery query =
          RunningQuery.intoNoop(
              spark, broker.url(), members, RunningQuery.BACK_TO_BACK, scratch.newDirectory())) {
        awaitConnected(query, registry, members);
        String row = "scale, %d members of one query".formatted(members);
        measurements.add(
            row + ", until all are connected", "s", (System.nanoTime() - begin) / NANOS_PER_SECOND);
        measurements.add(
            row + ", threads of each",
            "threads",
            (double) threads().stream().filter(thread -> !others.contains(thread)).count()
                / members);
        measurements.add(
            row + ", heap and direct memory of each",
            "MiB",
            (PartitionMemory.settledBytes() - before) / MEBIBYTE / members);
      }
    } finally {
      Metrics.removeRegistry(registry);
    }
  }

  private static void awaitConnected(RunningQuery query, MeterRegistry registry, int members)
      throws InterruptedException {
    long limit = System.nanoTime() + LIMIT_NANOS;
    while (connected(registry) < members) {
      query.rows();
      if (System.nanoTime() > limit) {
        throw new IllegalStateException(
            "%d of %d members are connected".formatted(connected(registry), members));
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
    }
  }

  private static long connected(MeterRegistry registry) {
    return registry.find(SourceMeter.CONNECTED.id()).gauges().stream()
        .mapToDouble(Gauge::value)
        .filter(value -> value == 1)
        .count();
  }

  private static Set<Thread> threads() {
    return new HashSet<>(Thread.getAllStackTraces().keySet());
  }
}
