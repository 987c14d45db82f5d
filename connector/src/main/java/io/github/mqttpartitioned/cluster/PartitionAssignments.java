// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * The assignments of all partitions in one run of the query, as the checkpoint keeps them. They are
 * written before a node is told to host a partition: so it is known after a crash which store
 * counts.
 *
 * @param epoch number of the run of the query: a later run has a higher one
 * @param partitions in numeric order
 */
public record PartitionAssignments(long epoch, List<PartitionAssignment> partitions) {

  public PartitionAssignments {
    partitions = List.copyOf(partitions);
  }

  /** Before a query's first run. */
  public static PartitionAssignments none(int partitions) {
    return new PartitionAssignments(0, List.of()).withPartitions(partitions);
  }

  /** The same assignments, and unassigned partitions up to {@code count}. */
  public PartitionAssignments withPartitions(int count) {
    List<PartitionAssignment> all = new ArrayList<>(partitions);
    while (all.size() < count) {
      all.add(PartitionAssignment.unassigned(all.size()));
    }
    return new PartitionAssignments(epoch, all);
  }

  /** The same assignments, in the next run. */
  public PartitionAssignments nextEpoch() {
    return new PartitionAssignments(
        epoch + 1, partitions.stream().map(PartitionAssignment::forNextRun).toList());
  }

  /** Keeps the assignments where they survive a crash. */
  @FunctionalInterface
  public interface Log {

    /**
     * Makes the assignments durable.
     *
     * @throws RuntimeException when that fails; the former assignments are still there then
     */
    void write(PartitionAssignments assignments);
  }
}
