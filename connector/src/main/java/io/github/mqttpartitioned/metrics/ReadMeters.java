// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import io.micrometer.core.instrument.Counter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the tasks of this JVM have read of a partition, whoever holds it; from the first task until
 * the source is released. Thread-safe.
 */
public final class ReadMeters {

  private static final Map<Key, ReadMeters> ALL = new ConcurrentHashMap<>();

  private record Key(String sourceId, int partition) {}

  private final MeterSet meters;
  private final Counter rows;
  private final Counter bytes;
  private final Counter remoteRows;

  private ReadMeters(String group, int partition, String node) {
    meters = new MeterSet(group, partition, node, SourceMeter.READ);
    rows = meters.counter(SourceMeter.READ);
    bytes = meters.counter(SourceMeter.READ_BYTES);
    remoteRows = meters.counter(SourceMeter.READ_REMOTE);
  }

  /**
   * The meters of a partition, the same ones for all tasks.
   *
   * @param node name of this JVM's node
   */
  public static ReadMeters of(String sourceId, String group, int partition, String node) {
    return ALL.computeIfAbsent(
        new Key(sourceId, partition), key -> new ReadMeters(group, partition, node));
  }

  /** Removes the meters of a source. */
  public static void release(String sourceId) {
    ALL.entrySet()
        .removeIf(
            entry -> {
              boolean released = entry.getKey().sourceId().equals(sourceId);
              if (released) {
                entry.getValue().meters.close();
              }
              return released;
            });
  }

  /**
   * Counts a block.
   *
   * @param local whether it lies in this JVM, and not on another node
   */
  public void read(int blockRows, int blockBytes, boolean local) {
    rows.increment(blockRows);
    bytes.increment(blockBytes);
    if (!local) {
      remoteRows.increment(blockRows);
    }
  }
}
