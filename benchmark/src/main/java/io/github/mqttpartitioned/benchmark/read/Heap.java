// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/** How much heap was in use at most. */
final class Heap {

  private final List<MemoryPoolMXBean> pools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .toList();

  /** Forgets what was before. */
  void reset() {
    System.gc();
    pools.forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  /** MiB in use at most since {@link #reset}, garbage included; the pools' peaks added up. */
  long peakMebibytes() {
    return pools.stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20;
  }
}
