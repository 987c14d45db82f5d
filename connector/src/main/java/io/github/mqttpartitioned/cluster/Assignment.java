// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import io.github.mqttpartitioned.option.SourceSettings;
import java.nio.file.Path;

/**
 * The order to a node to hold a partition: open its store, connect its member.
 *
 * @param settings of the source
 * @param partition 0 to N - 1
 * @param generation how often the partition has been given a new store because its old one was
 *     lost; one that turns up again later is not mistaken for the new one
 * @param firstOffset where a store begins that has to be created: the highest offset ever planned
 *     for the partition, so that no offset is ever given twice
 * @param connectedBefore whether its member has been connected in this run of the query: then the
 *     broker is tried for ever, as by a holder that has been connected itself
 */
public record Assignment(
    SourceSettings settings,
    int partition,
    int generation,
    long firstOffset,
    boolean connectedBefore) {

  /** As above, of a member that has not been connected in this run. */
  public Assignment(SourceSettings settings, int partition, int generation, long firstOffset) {
    this(settings, partition, generation, firstOffset, false);
  }

  /** Where the store lies, on the host of whoever holds it. */
  public Path directory() {
    return Path.of(settings.storeDir(), directoryName(partition, generation));
  }

  /** Name of a store's directory: {@code p3}, and {@code p3.1} for the store that replaced it. */
  public static String directoryName(int partition, int generation) {
    return "p" + partition + (generation == 0 ? "" : "." + generation);
  }
}
