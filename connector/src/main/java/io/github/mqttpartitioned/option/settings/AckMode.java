// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

/** When a message is acknowledged to the broker. */
public enum AckMode {
  /** A message is acknowledged when it is durable in the partition's store. */
  STORED,
  /** A message is acknowledged when Spark has committed the micro-batch that contains it. */
  PROCESSED
}
