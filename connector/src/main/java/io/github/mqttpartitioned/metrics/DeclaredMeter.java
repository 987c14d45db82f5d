// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import org.jspecify.annotations.Nullable;

/**
 * The declaration of a meter: name, base unit and meaning. Names are Micrometer's; Prometheus'
 * names follow from them by Micrometer's naming convention. The tags are {@code group}, {@code
 * node} and {@code partition}. A topic is never a tag, since the number of topics has no bound.
 */
public interface DeclaredMeter {

  /** What a meter's value does. */
  enum Kind {
    COUNTER,
    GAUGE,
    TIMER
  }

  /** Beginning of all names. */
  String PREFIX = "mqtt.";

  /** Its Micrometer name. */
  String id();

  Kind kind();

  /** Null for plain numbers. */
  @Nullable String unit();

  String description();
}
