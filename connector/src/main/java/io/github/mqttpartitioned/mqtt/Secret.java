// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** A value that never shows: {@link #toString} gives {@code ***}. */
public final class Secret implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String value;

  public Secret(String value) {
    this.value = Objects.requireNonNull(value);
  }

  /** The value itself, for the one place that hands it to the broker or the key store. */
  public String reveal() {
    return value;
  }

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
