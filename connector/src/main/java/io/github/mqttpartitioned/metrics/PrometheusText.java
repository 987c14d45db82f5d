// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * What this JVM has measured, in Prometheus' text format. The connector has a registry of its own
 * for that, with its meters only, beside the registries that users add. Thread-safe.
 */
public final class PrometheusText {

  /** Upper bounds of a timer's buckets. */
  private static final double[] BUCKET_NANOS =
      LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000)
          .mapToDouble(TimeUnit.MILLISECONDS::toNanos)
          .toArray();

  private static final PrometheusMeterRegistry REGISTRY = open();

  private PrometheusText() {}

  private static PrometheusMeterRegistry open() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry
        .config()
        .meterFilter(MeterFilter.denyUnless(id -> id.getName().startsWith(DeclaredMeter.PREFIX)))
        .meterFilter(histograms());
    Metrics.addRegistry(registry);
    return registry;
  }

  /** Gives timers buckets. Users decide about timers in their own registries. */
  private static MeterFilter histograms() {
    return new MeterFilter() {
      @Override
      public DistributionStatisticConfig configure(
          Meter.Id id, DistributionStatisticConfig config) {
        return id.getType() == Meter.Type.TIMER
            ? DistributionStatisticConfig.builder()
                .serviceLevelObjectives(BUCKET_NANOS)
                .build()
                .merge(config)
            : config;
      }
    };
  }

  /** Has the text show what is counted from now on. */
  static void begin() {
    // The initialisation of the class does it.
  }

  /** The meters of all queries of this JVM, as of now. */
  public static String scrape() {
    return REGISTRY.scrape();
  }
}
