// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.cluster.PartitionAssignments;

/**
 * Names the directory in which the present store of each partition lies, for messages to the user.
 * A store that replaces a lost one has a directory of its own.
 *
 * <p>Thread-safe.
 */
final class StoreDirectories {

  private final String storeDir;
  private volatile PartitionAssignments present;

  /**
   * @param storeDir that holds the stores of all partitions, on each host
   * @param present as it is in the checkpoint
   */
  StoreDirectories(String storeDir, PartitionAssignments present) {
    this.storeDir = storeDir;
    this.present = present;
  }

  /** Takes note of an assignment that was written to the checkpoint. */
  void assigned(PartitionAssignments now) {
    present = now;
  }

  /** The directory of a partition's store, on the host that has it. */
  String of(int partition) {
    return storeDir + "/" + present.partitions().get(partition).directoryName();
  }
}
