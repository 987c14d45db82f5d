// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * The meters that only the driver knows: how far the query is behind, how long its micro-batches
 * take, how much it has lost. The meters are thread-safe; registering and closing are not.
 */
public final class QueryMeters implements AutoCloseable {

  private final List<MeterSet> sets = new ArrayList<>();
  private final List<Backlog> backlogs;
  private final LongSupplier lost;
  private final Timer batch;

  /** Referenced from here, because registries keep weak references only. */
  private record Backlog(int partition, IntToLongFunction messages) {
    double now() {
      return messages.applyAsLong(partition);
    }
  }

  /**
   * @param node name of the driver
   * @param backlog by partition, messages stored and not yet processed; asked by any thread
   * @param lost offsets skipped so far; asked by any thread
   */
  public QueryMeters(
      String group, int partitions, String node, IntToLongFunction backlog, LongSupplier lost) {
    this.lost = lost;
    MeterSet whole = new MeterSet(group, null, node, SourceMeter.BATCH);
    sets.add(whole);
    batch = whole.timer(SourceMeter.BATCH);
    whole.counter(SourceMeter.LOST, this.lost, supplier -> (double) supplier.getAsLong());
    backlogs = IntStream.range(0, partitions).mapToObj(p -> new Backlog(p, backlog)).toList();
    for (Backlog each : backlogs) {
      MeterSet ofPartition = new MeterSet(group, each.partition(), node, SourceMeter.BACKLOG);
      sets.add(ofPartition);
      ofPartition.gauge(SourceMeter.BACKLOG, each, Backlog::now);
    }
  }

  /** A micro-batch has ended. */
  public void batch(Duration took) {
    batch.record(took);
  }

  @Override
  public void close() {
    sets.forEach(MeterSet::close);
  }
}
