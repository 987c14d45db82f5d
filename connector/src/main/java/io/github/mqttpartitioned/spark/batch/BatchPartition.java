// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * The work of one task of a batch read.
 *
 * @param input partition, range of offsets, and the node that hosts it
 * @param directory of the store on this host; empty if a node serves the blocks
 * @param fromEarliest whether the range begins where the store does: what is trimmed before the
 *     task begins is then not missing
 * @param startMicros time of receipt of the first message, {@link #NO_TIME} for none
 * @param endMicros time of receipt before which the last message was received, or {@link #NO_TIME}
 * @param deadLetters whether the task reads the dead letters of the partition, and no range
 */
record BatchPartition(
    MqttInputPartition input,
    String directory,
    boolean fromEarliest,
    long startMicros,
    long endMicros,
    boolean deadLetters)
    implements InputPartition {

  static final long NO_TIME = -1;

  static long micros(OptionalLong time) {
    return time.orElse(NO_TIME);
  }

  @Override
  public String[] preferredLocations() {
    return input.preferredLocations();
  }

  @Override
  public String toString() {
    return deadLetters ? "dead letters of partition " + input.partition() : input.toString();
  }
}
