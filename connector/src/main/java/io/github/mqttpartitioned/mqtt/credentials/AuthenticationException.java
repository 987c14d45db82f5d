// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Enhanced authentication has failed on the client's side: the broker has not proved what it must
 * prove, or asks for what the member cannot give. The message is a clause without a secret.
 */
public final class AuthenticationException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The clause says what is wrong, such as "the broker does not know the password". */
  public AuthenticationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
