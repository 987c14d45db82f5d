// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What the present thread has allocated on the heap since this was made. Confined to it. */
public final class Allocation {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long before = THREADS.getCurrentThreadAllocatedBytes();

  /** Fails when it is more than so many bytes. */
  public void assertAtMost(long bytes) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > bytes) {
      throw new AssertionError("allocated " + allocated + " bytes, expected " + bytes + " at most");
    }
  }
}
