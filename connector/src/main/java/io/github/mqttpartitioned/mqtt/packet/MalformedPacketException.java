// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.io.IOException;

/**
 * The broker sent bytes that MQTT 5 does not allow. The connection must be closed with a reason
 * code that says so (section 4.13).
 */
public final class MalformedPacketException extends IOException {

  private static final long serialVersionUID = 1L;

  private final ReasonCode reasonCode;

  /**
   * @param reasonCode for DISCONNECT
   * @param problem what is wrong, without text of the broker
   */
  public MalformedPacketException(ReasonCode reasonCode, String problem) {
    super(problem);
    this.reasonCode = reasonCode;
  }

  /** The reason code for DISCONNECT. */
  public ReasonCode reasonCode() {
    return reasonCode;
  }
}
