// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

/**
 * Types of MQTT control packets (section 2.1.2), each as the first byte of its fixed header with
 * all flags 0. {@link #of} removes the flags from a first byte.
 */
public final class PacketType {

  public static final int CONNACK = 0x20;
  public static final int PUBLISH = 0x30;
  public static final int PUBACK = 0x40;
  public static final int PUBREC = 0x50;
  public static final int PUBREL = 0x60;
  public static final int PUBCOMP = 0x70;
  public static final int SUBACK = 0x90;
  public static final int UNSUBACK = 0xB0;
  public static final int PINGREQ = 0xC0;
  public static final int PINGRESP = 0xD0;
  public static final int DISCONNECT = 0xE0;
  public static final int AUTH = 0xF0;

  /** The flags that a PUBREL must have (section 2.1.3); a PUBLISH uses them, all others have 0. */
  public static final int PUBREL_FLAGS = 0b0010;

  private static final int FLAGS = 0x0F;

  private PacketType() {}

  /** The type of the packet that begins with {@code firstByte}, 0 to 255. */
  public static int of(int firstByte) {
    return firstByte & ~FLAGS;
  }

  /** The flags of the packet that begins with {@code firstByte}. */
  public static int flags(int firstByte) {
    return firstByte & FLAGS;
  }
}
