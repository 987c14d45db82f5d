// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import org.jspecify.annotations.Nullable;

/**
 * What CONNECT says about who connects.
 *
 * @param username User Name (section 3.1.3.5), null for none
 * @param password Password (section 3.1.3.6), null for none
 * @param method Authentication Method (section 3.1.2.11.9), null for none
 * @param data Authentication Data (section 3.1.2.11.10), null for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Login(
    @Nullable String username,
    byte @Nullable [] password,
    @Nullable String method,
    byte @Nullable [] data) {

  /** Nothing. */
  public static final Login NONE = new Login(null, null, null, null);

  @Override
  public String toString() {
    return "Login[***]";
  }
}
