// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import io.github.mqttpartitioned.error.ErrorCondition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a broker cannot be made, for a reason that is known. The message says what has
 * happened, without a full stop.
 */
public final class NetworkException extends IOException {

  private static final long serialVersionUID = 1L;

  private final ErrorCondition condition;
  private final String advice;
  private final boolean isFinal;

  private NetworkException(
      ErrorCondition condition,
      String what,
      String advice,
      boolean isFinal,
      @Nullable Throwable cause) {
    super(what, cause);
    this.condition = condition;
    this.advice = advice;
    this.isFinal = isFinal;
  }

  /** A cause that stays until somebody changes a file, an option or the broker. */
  static NetworkException lasting(
      ErrorCondition condition, String what, String advice, @Nullable Throwable cause) {
    return new NetworkException(condition, what, advice, true, cause);
  }

  /** A cause that may pass by itself. */
  static NetworkException passing(
      ErrorCondition condition, String what, String advice, @Nullable Throwable cause) {
    return new NetworkException(condition, what, advice, false, cause);
  }

  /** The exception of this kind in a chain of causes; null for none. */
  public static @Nullable NetworkException in(Throwable failure) {
    for (Throwable one = failure; one != null; one = one.getCause()) {
      if (one instanceof NetworkException known) {
        return known;
      }
    }
    return null;
  }

  /** What kind of error it is. */
  public ErrorCondition condition() {
    return condition;
  }

  /** What a user can do: whole sentences. */
  public String advice() {
    return advice;
  }

  /** Whether another attempt gives the same result, unless somebody changes something. */
  public boolean isFinal() {
    return isFinal;
  }
}
