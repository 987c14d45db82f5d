// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

/** The type of the column {@code payload}. */
public enum PayloadType {
  BINARY,

  /** Text in UTF-8; a payload that is none is null. */
  STRING
}
