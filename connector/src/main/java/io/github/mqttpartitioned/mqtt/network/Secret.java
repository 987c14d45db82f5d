// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A value that is never shown: {@link #toString} returns {@code ***}. Immutable. */
public final class Secret implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String value;

  public Secret(String value) {
    this.value = Objects.requireNonNull(value);
  }

  /** The value itself. Only the place that gives it to the broker or the key store may ask. */
  public String reveal() {
    return value;
  }

  /** The value itself as UTF-8. */
  public byte[] revealUtf8() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }
}
