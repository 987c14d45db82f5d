// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

/** When a message is acknowledged to the broker. */
public enum AckMode {
  /** Once it is durable in the partition's store. */
  STORED,
  /** Once Spark has committed the batch that holds it. */
  PROCESSED
}
