package io.github.mqttpartitioned.metrics;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What this JVM has measured, in Prometheus' text format. A registry of our own beside those that
 * users add to the global one, with the connector's meters alone. Thread-safe.
 */
public final class PrometheusText {

  private static final PrometheusMeterRegistry REGISTRY = open();

  private PrometheusText() {}

  private static PrometheusMeterRegistry open() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry
        .config()
        .meterFilter(MeterFilter.denyUnless(id -> id.getName().startsWith(SourceMeter.PREFIX)));
    Metrics.addRegistry(registry);
    return registry;
  }

  /** Makes sure that what is counted from now on will be in the text. */
  static void begin() {
    // Done by the class's initialisation.
  }

  /** The meters of all queries of this JVM, as of now. */
  public static String scrape() {
    return REGISTRY.scrape();
  }
}
