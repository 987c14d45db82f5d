// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.factory;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a sensor measures. */
public enum Kind {
  /** Of a bearing or a mould; warmer in the afternoon. */
  TEMPERATURE("°C", 42, 6, 0.25, 75, 120),
  /** Of the air at the machine; falls as it gets warmer. */
  HUMIDITY("%", 45, -9, 0.4, 90, 100),
  /** Of a shaft; more while all lines run. */
  VIBRATION("mm/s", 2.8, 0.5, 0.1, 9, 20);

  private final String unit;
  private final double usual;
  private final double dailySwing;
  private final double noise;
  private final double alarm;
  private final double most;

  Kind(String unit, double usual, double dailySwing, double noise, double alarm, double most) {
    this.unit = unit;
    this.usual = usual;
    this.dailySwing = dailySwing;
    this.noise = noise;
    this.alarm = alarm;
    this.most = most;
  }

  /** Last level of the topic. */
  public String level() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The kind with that last level; null when there is none. */
  public static @Nullable Kind of(String level) {
    for (Kind kind : values()) {
      if (kind.level().equals(level)) {
        return kind;
      }
    }
    return null;
  }

  public String unit() {
    return unit;
  }

  /** What it shows on average over a day. */
  public double usual() {
    return usual;
  }

  /** How far the afternoon is from that. */
  public double dailySwing() {
    return dailySwing;
  }

  /** Standard deviation from one reading to the next. */
  public double noise() {
    return noise;
  }

  /** From here on somebody should look. */
  public double alarm() {
    return alarm;
  }

  /** The end of the sensor's scale, which begins at 0. */
  public double most() {
    return most;
  }
}
