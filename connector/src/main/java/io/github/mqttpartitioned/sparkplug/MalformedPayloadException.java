// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

/** The bytes are not a Sparkplug B payload. It has no stack trace: any message may be such. */
public final class MalformedPayloadException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MalformedPayloadException(String message) {
    super(message, null, false, false);
  }
}
