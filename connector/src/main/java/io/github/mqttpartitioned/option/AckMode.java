// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

/** When a message is acknowledged to the broker. */
public enum AckMode {
  /** When it is durable in the partition's store. */
  STORED,
  /** When Spark has committed the micro-batch that contains it. */
  PROCESSED
}
