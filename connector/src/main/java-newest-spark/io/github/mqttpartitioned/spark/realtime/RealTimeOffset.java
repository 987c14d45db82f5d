// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.realtime;

import org.apache.spark.sql.connector.read.streaming.PartitionOffset;

/**
 * Where a real-time task has stopped.
 *
 * @param until offset behind the last one whose row was given
 */
record RealTimeOffset(int partition, long until) implements PartitionOffset {}
