// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

/** What a source does about retained messages, which some brokers send at SUBSCRIBE. */
public enum RetainHandling {
  /** It does not ask for them. */
  IGNORE,
  /** One member of each broker asks for them, with its first subscription. */
  ONCE
}
