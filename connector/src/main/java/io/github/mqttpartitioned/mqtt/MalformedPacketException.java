// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.IOException;

/**
 * The broker sent bytes that MQTT 5 does not allow: the connection must be closed (section 4.13).
 */
public final class MalformedPacketException extends IOException {

  private static final long serialVersionUID = 1L;

  /** Reason code for DISCONNECT: malformed packet. */
  public static final int MALFORMED = 0x81;

  /** Reason code for DISCONNECT: protocol error. */
  public static final int PROTOCOL_ERROR = 0x82;

  /** Reason code for DISCONNECT: topic alias invalid. */
  public static final int TOPIC_ALIAS_INVALID = 0x94;

  private final int reasonCode;

  public MalformedPacketException(int reasonCode, String problem) {
    super(problem);
    this.reasonCode = reasonCode;
  }

  public int reasonCode() {
    return reasonCode;
  }
}
