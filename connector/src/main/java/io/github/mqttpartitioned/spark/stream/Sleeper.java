// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import java.time.Duration;

/** Waits; a test lets its clock go forward instead. */
@FunctionalInterface
public interface Sleeper {
  void await(Duration time) throws InterruptedException;
}
