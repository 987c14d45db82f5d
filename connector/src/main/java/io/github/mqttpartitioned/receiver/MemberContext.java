// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.store.PartitionStore;

/**
 * What all connections of a member share, one after the other.
 *
 * @param tenure asked whether the member may go on
 * @param times told how long its work takes
 */
record MemberContext(
    SourceSettings settings,
    int partition,
    PartitionStore store,
    LeaseCheck tenure,
    CommitTimes times,
    GroupCommit groupCommit,
    PoisonMessages poison,
    MemberLog log,
    ReceiverSignals wishes) {

  boolean isRetired() {
    return settings.isRetired(partition);
  }
}
