// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The fields of the file {@code holders.<number>.json}, which holds {@link PartitionAssignments}.
 *
 * @param holders one of each partition, in numeric order; version 1 has this name for assignments
 */
record PartitionAssignmentsJson(int version, long epoch, List<Holder> holders) {

  private static final int VERSION = 1;

  /** What is kept of one {@link PartitionAssignment}. */
  record Holder(String host, int generation) {}

  static String write(PartitionAssignments assignments) {
    return CheckpointJson.write(
        new PartitionAssignmentsJson(
            VERSION,
            assignments.epoch(),
            assignments.partitions().stream()
                .map(each -> new Holder(each.host(), each.generation()))
                .toList()));
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @param place of the text, for errors
   * @throws IllegalStateException if the text is anything else
   */
  static PartitionAssignments read(String json, String place) {
    return CheckpointJson.read(
        json,
        place,
        VERSION,
        PartitionAssignmentsJson.class,
        PartitionAssignmentsJson::assignments);
  }

  private PartitionAssignments assignments() {
    return new PartitionAssignments(
        epoch, IntStream.range(0, holders.size()).mapToObj(this::assignment).toList());
  }

  private PartitionAssignment assignment(int partition) {
    Holder holder = holders.get(partition);
    return new PartitionAssignment(partition, holder.host(), holder.generation(), 0, false);
  }
}
