// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import java.io.IOException;

/** The server does not open a WebSocket. The message quotes no header of the request. */
public final class HandshakeException extends IOException {

  private static final long serialVersionUID = 1L;

  /** The status of an answer that is not HTTP. */
  public static final int NOT_HTTP = 0;

  private final int status;

  HandshakeException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status of the answer, or {@link #NOT_HTTP}. */
  public int status() {
    return status;
  }
}
