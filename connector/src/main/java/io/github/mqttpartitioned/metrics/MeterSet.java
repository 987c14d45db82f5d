// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Meters with the same tags, which are registered one by one and removed together. Used by one
 * thread at a time; the meters themselves are thread-safe.
 */
final class MeterSet implements AutoCloseable {

  private final Tags tags;
  private final boolean taken;
  private final MeterRegistry registry;
  private final List<Meter> meters = new ArrayList<>();

  /**
   * @param partition null for meters of the whole query
   * @param first one of the meters that will be registered
   */
  MeterSet(String group, @Nullable Integer partition, String node, DeclaredMeter first) {
    // A counter starts when a registry has it.
    PrometheusText.begin();
    Tags common = Tags.of("group", group, "node", node);
    tags = partition == null ? common : common.and("partition", partition.toString());
    taken = Metrics.globalRegistry.find(first.id()).tags(tags).meter() != null;
    registry = taken ? new SimpleMeterRegistry() : Metrics.globalRegistry;
  }

  /**
   * Whether another query with the same group has meters with these tags. Micrometer would return
   * those meters, which count something else. So the meters of this set go to a registry that
   * nobody reads.
   */
  boolean isTaken() {
    return taken;
  }

  /**
   * @param counted the caller keeps a reference to it as long as the meter counts
   */
  <T> void counter(DeclaredMeter meter, T counted, ToDoubleFunction<T> count) {
    meters.add(
        FunctionCounter.builder(meter.id(), counted, count)
            .tags(tags)
            .baseUnit(meter.unit())
            .description(meter.description())
            .register(registry));
  }

  Counter counter(DeclaredMeter meter) {
    Counter counter =
        Counter.builder(meter.id())
            .tags(tags)
            .baseUnit(meter.unit())
            .description(meter.description())
            .register(registry);
    meters.add(counter);
    return counter;
  }

  /**
   * @param gauged the caller keeps a reference to it as long as the meter shows it
   */
  <T> void gauge(DeclaredMeter meter, T gauged, ToDoubleFunction<T> value) {
    meters.add(
        Gauge.builder(meter.id(), gauged, value)
            .tags(tags)
            .baseUnit(meter.unit())
            .description(meter.description())
            .register(registry));
  }

  Timer timer(DeclaredMeter meter) {
    Timer timer =
        Timer.builder(meter.id()).tags(tags).description(meter.description()).register(registry);
    meters.add(timer);
    return timer;
  }

  /** Removes them from every registry. */
  @Override
  public void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }
}
