// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_FRAME_INVALID;

/** Bytes that came from a driver or a node are not a frame. */
public final class FrameException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  FrameException(String message) {
    super(MQTT_FRAME_INVALID.message(message));
  }
}
