// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import java.time.Duration;

/** Sleeps. A test moves its clock forward instead. */
@FunctionalInterface
public interface Sleeper {

  /** Returns after {@code time}. */
  void sleep(Duration time) throws InterruptedException;
}
