// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.nio.file.Path;

/**
 * Where the store of one partition lies, and how a node opens it. The same record is kept in the
 * checkpoint, held by the coordinator and sent to the node that hosts the partition.
 *
 * <p>The checkpoint keeps host and generation only. The first offset follows from Spark's offset
 * log, and whether the member has been connected is about one run.
 *
 * @param partition 0 to N - 1
 * @param host where the store lies; empty before the first assignment
 * @param generation number of the store, from 0: it grows when a lost store is replaced, so that a
 *     lost store that reappears is not mistaken for its successor
 * @param firstOffset where a store begins that has to be created: the highest offset ever planned
 *     for the partition, so that no offset is given twice
 * @param connectedBefore whether the member has been connected in this run of the query. Then a
 *     host tries to reach the broker indefinitely, as a host does that has been connected itself.
 */
public record PartitionAssignment(
    int partition, String host, int generation, long firstOffset, boolean connectedBefore) {

  public PartitionAssignment {
    if (partition < 0 || generation < 0 || firstOffset < 0) {
      throw new IllegalArgumentException(
          "An assignment has a negative number: partition %d, generation %d, first offset %d"
              .formatted(partition, generation, firstOffset));
    }
  }

  /** A partition that no host has had yet. */
  public static PartitionAssignment unassigned(int partition) {
    return new PartitionAssignment(partition, "", 0, 0, false);
  }

  /** Whether a host has been told to make the store. */
  public boolean isAssigned() {
    return !host.isEmpty();
  }

  /** The same store, on another host. */
  public PartitionAssignment on(String newHost) {
    return new PartitionAssignment(partition, newHost, generation, firstOffset, connectedBefore);
  }

  /** A new store in place of a lost one. */
  public PartitionAssignment nextGeneration() {
    return new PartitionAssignment(partition, host, generation + 1, firstOffset, connectedBefore);
  }

  /** The same, with an offset that has been planned; a lower one changes nothing. */
  public PartitionAssignment planned(long offset) {
    return offset <= firstOffset
        ? this
        : new PartitionAssignment(partition, host, generation, offset, connectedBefore);
  }

  /** The same, after the member has been connected. */
  public PartitionAssignment connected() {
    return connectedBefore
        ? this
        : new PartitionAssignment(partition, host, generation, firstOffset, true);
  }

  /** The same, before the member has been connected. */
  PartitionAssignment forNextRun() {
    return new PartitionAssignment(partition, host, generation, firstOffset, false);
  }

  /** Directory of the store on its host. */
  public Path directory(String storeDir) {
    return Path.of(storeDir, directoryName());
  }

  /** Name of the store's directory: {@code p3}, and {@code p3.1} for the store that replaced it. */
  public String directoryName() {
    return "p" + partition + (generation == 0 ? "" : "." + generation);
  }
}
