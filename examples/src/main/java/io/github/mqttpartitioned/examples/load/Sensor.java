// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.load;

import io.github.mqttpartitioned.examples.factory.Kind;
import java.time.LocalTime;
import java.util.random.RandomGenerator;

/**
 * One simulated sensor: its machine's own level, the course of the day, a slow wandering, noise,
 * and now and then a fault that fades. Confined to one thread.
 */
final class Sensor {

  private static final double SECONDS_PER_DAY = 86_400;

  /** The day's swing peaks in the middle of the afternoon. */
  private static final double PEAK = 15.0 / 24;

  private static final double SPREAD_BETWEEN_MACHINES = 0.08;

  /** How much of its wandering is left at the next reading. */
  private static final double MEMORY = 0.98;

  private static final double FAULT_CHANCE = 1.0 / 50_000;
  private static final double FAULT_FADES = 0.96;
  private static final double FAULT_HEIGHT = 1.2;

  private final Kind kind;
  private final RandomGenerator random;
  private final double level;
  private double wandering;
  private double fault;

  Sensor(Kind kind, RandomGenerator random) {
    this.kind = kind;
    this.random = random;
    this.level = kind.usual() * (1 + SPREAD_BETWEEN_MACHINES * random.nextGaussian());
  }

  /** What it shows at a time of day. */
  double read(LocalTime time) {
    double day = time.toSecondOfDay() / SECONDS_PER_DAY;
    double swing = kind.dailySwing() * Math.cos(2 * Math.PI * (day - PEAK));
    wandering = MEMORY * wandering + kind.noise() * random.nextGaussian();
    fault *= FAULT_FADES;
    if (random.nextDouble() < FAULT_CHANCE) {
      fault = FAULT_HEIGHT * (kind.alarm() - kind.usual());
    }
    return Math.min(kind.most(), Math.max(0, level + swing + wandering + fault));
  }
}
