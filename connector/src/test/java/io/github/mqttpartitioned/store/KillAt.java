// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a process at a {@link FaultPoint} until its parent, told by a line on standard output,
 * kills it there.
 */
public final class KillAt {

  private KillAt() {}

  /**
   * Has the process stop at a point: "at POINT" on standard output, and nothing after.
   *
   * @param point name of a fault point
   * @param times how often it is to be reached, the last time included
   */
  public static void install(String point, int times) {
    AtomicInteger left = new AtomicInteger(times);
    FaultPoint.valueOf(point)
        .whenReached(
            () -> {
              if (left.decrementAndGet() == 0) {
                System.out.println("at " + point);
                while (true) {
                  LockSupport.park();
                }
              }
            });
  }

  /**
   * Makes the store's writer open it again after {@code times} writes, as after a disk error, and
   * stops the process while it does so.
   */
  public static void installReopening(PartitionStore store, int times) {
    install(FaultPoint.REOPENING.name(), 1);
    AtomicInteger left = new AtomicInteger(times);
    FaultPoint.TIDYING.whenReached(
        () -> {
          if (left.decrementAndGet() == 0) {
            store.reopen();
          }
        });
  }
}
