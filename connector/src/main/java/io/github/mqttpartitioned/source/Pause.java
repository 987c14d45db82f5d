package io.github.mqttpartitioned.source;

import java.time.Duration;

/** Waits; a test lets its clock go forward instead. */
@FunctionalInterface
interface Pause {
  void await(Duration time) throws InterruptedException;
}
