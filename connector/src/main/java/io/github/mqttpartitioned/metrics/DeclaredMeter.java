// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import org.jspecify.annotations.Nullable;

/**
 * The declaration of a meter: name, base unit and meaning. Names are Micrometer's; Prometheus'
 * names follow from them by Micrometer's naming convention. The tags are {@code group}, {@code
 * node} and {@code partition}. A topic is never a tag, since the number of topics has no bound.
 */
interface DeclaredMeter {

  /** What a meter's value does. */
  enum Kind {
    COUNTER,
    GAUGE,
    TIMER
  }

  /** Beginning of all names. */
  String PREFIX = "mqtt.";

  /**
   * What a meter's constant declares.
   *
   * @param id Micrometer name
   * @param unit null for plain numbers
   */
  record Declaration(String id, Kind kind, @Nullable String unit, String description) {}

  Declaration declaration();

  /** The meter's name in Micrometer. */
  default String id() {
    return declaration().id();
  }

  default Kind kind() {
    return declaration().kind();
  }

  /** Null for plain numbers. */
  default @Nullable String unit() {
    return declaration().unit();
  }

  default String description() {
    return declaration().description();
  }
}
