// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Who holds what, as it is kept in the checkpoint. Written before a node is told to hold anything,
 * so that after a crash the store that counts is known.
 *
 * @param epoch number of the run of the query: later runs have higher ones
 * @param partitions in numeric order
 */
public record PartitionAssignments(long epoch, List<Holder> partitions) {

  /**
   * The holder of one partition.
   *
   * @param host where its store lies; empty before the first assignment
   * @param generation of its store, see {@link Assignment}
   */
  public record Holder(String host, int generation) {}

  public PartitionAssignments {
    partitions = List.copyOf(partitions);
  }

  /** Before a query's first run. */
  public static PartitionAssignments none(int partitions) {
    return new PartitionAssignments(0, List.of()).withPartitions(partitions);
  }

  /** The same holders, of so many partitions as there are now. */
  public PartitionAssignments withPartitions(int count) {
    List<Holder> holders = new ArrayList<>(partitions);
    while (holders.size() < count) {
      holders.add(new Holder("", 0));
    }
    return new PartitionAssignments(epoch, holders);
  }

  /** The same holders, of the next run. */
  public PartitionAssignments nextEpoch() {
    return new PartitionAssignments(epoch + 1, partitions);
  }

  /** Keeps the holders where a crash does not reach them. */
  @FunctionalInterface
  public interface Log {

    /**
     * Makes the holders durable.
     *
     * @throws RuntimeException when that fails; the ones before are still there then
     */
    void write(PartitionAssignments holders);
  }
}
