// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.pem;

import java.io.IOException;

/**
 * A file does not hold what it should. The message continues a sentence about the file, such as "it
 * holds no certificate", and says what to do. It quotes no byte of a key, and has no cause that
 * could.
 */
public final class PemException extends IOException {

  private static final long serialVersionUID = 1L;

  PemException(String message) {
    super(message);
  }
}
