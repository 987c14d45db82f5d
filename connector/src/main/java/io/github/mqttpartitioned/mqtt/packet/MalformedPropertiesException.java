// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

/** The property section of a PUBLISH breaks the MQTT 5 specification, section 2.2.2. */
public final class MalformedPropertiesException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedPropertiesException(String message) {
    super(message);
  }
}
