// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import org.jspecify.annotations.Nullable;

/**
 * There are no credentials to connect with. The message is a sentence that says why and what to do;
 * it holds no secret.
 */
public final class CredentialsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final boolean isFinal;

  private CredentialsException(boolean isFinal, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.isFinal = isFinal;
  }

  /** Another attempt can help. */
  static CredentialsException temporary(String message, @Nullable Throwable cause) {
    return new CredentialsException(false, message, cause);
  }

  /** Another attempt cannot help until somebody changes something. */
  static CredentialsException lasting(String message, @Nullable Throwable cause) {
    return new CredentialsException(true, message, cause);
  }

  /** Why {@link CredentialSource#ask} has failed. */
  public static CredentialsException of(@Nullable Throwable failure) {
    return failure instanceof CredentialsException known
        ? known
        : temporary("to ask for them has failed", failure);
  }

  /** Whether another attempt cannot help until somebody changes something. */
  public boolean isFinal() {
    return isFinal;
  }

  /** Kind and message of a failure of foreign origin. */
  static String describe(Throwable failure) {
    String message = failure.getMessage();
    String kind = failure.getClass().getName();
    return message == null || message.isBlank() ? kind : kind + ": " + PrintableText.of(message);
  }
}
