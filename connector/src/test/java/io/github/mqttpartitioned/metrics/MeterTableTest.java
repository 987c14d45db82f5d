// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.metrics.DeclaredMeter.Kind;
import io.github.mqttpartitioned.testkit.GeneratedPart;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of docs/meters.md is what {@link SourceMeter} and {@link SinkMeter} declare. */
class MeterTableTest {

  @Test
  void pageHasTheTableOfTheDeclarations() throws IOException {
    GeneratedPart.of("docs/meters.md", "meters").requireOrUpdate(table());
  }

  @Test
  void prometheusNamesFollowMicrometersConvention() {
    assertThat(prometheus(SourceMeter.RECEIVED)).isEqualTo("mqtt_source_received_messages_total");
    assertThat(prometheus(SourceMeter.APPEND)).isEqualTo("mqtt_source_append_seconds");
    assertThat(prometheus(SourceMeter.STORE_BYTES)).isEqualTo("mqtt_source_store_bytes");
  }

  /** Every meter that is declared. */
  static Stream<DeclaredMeter> all() {
    return Stream.concat(Stream.of(SourceMeter.values()), Stream.of(SinkMeter.values()));
  }

  private static String table() {
    return all()
        .map(
            meter ->
                "| `%s` | `%s` | %s | %s |"
                    .formatted(
                        meter.id(),
                        prometheus(meter),
                        meter.kind().name().toLowerCase(java.util.Locale.ROOT),
                        meter.description()))
        .collect(
            joining(
                "\n",
                "| meter | in Prometheus | kind | meaning |\n| --- | --- | --- | --- |\n",
                ""));
  }

  /** As the endpoint shows it; a timer's with {@code _count}, {@code _sum} and {@code _bucket}. */
  static String prometheus(DeclaredMeter meter) {
    String name =
        new PrometheusNamingConvention().name(meter.id(), type(meter.kind()), meter.unit());
    return meter.kind() == Kind.COUNTER && !name.endsWith("_total") ? name + "_total" : name;
  }

  private static Meter.Type type(Kind kind) {
    return switch (kind) {
      case COUNTER -> Meter.Type.COUNTER;
      case GAUGE -> Meter.Type.GAUGE;
      case TIMER -> Meter.Type.TIMER;
    };
  }
}
