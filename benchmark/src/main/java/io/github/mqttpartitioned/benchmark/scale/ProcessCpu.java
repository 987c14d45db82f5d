// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.scale;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** CPU time of this JVM. */
final class ProcessCpu {

  private ProcessCpu() {}

  static long nanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
