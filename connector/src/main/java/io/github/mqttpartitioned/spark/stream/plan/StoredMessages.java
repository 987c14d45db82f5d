// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.receiver.PartitionStatus;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import java.util.List;
import java.util.function.LongBinaryOperator;

/**
 * What the stores of all partitions hold, at one moment.
 *
 * <p>A partition that waits for its host has a status, too: what was last heard of it. Its store
 * cannot be read now, so nothing more is planned of it, and the other partitions continue.
 *
 * @param partitions in numeric order
 */
public record StoredMessages(List<PartitionStatus> partitions) {

  public StoredMessages {
    partitions = List.copyOf(partitions);
  }

  /** What each store holds, by partition. */
  public List<LogExtent> extents() {
    return partitions.stream().map(PartitionStatus::extent).toList();
  }

  /** The status of a partition. */
  public PartitionStatus partition(int partition) {
    return partitions.get(partition);
  }

  /** Whether the partition waits for its host, so that its store cannot be read now. */
  public boolean isWaiting(int partition) {
    return partition(partition).state() == State.WAITING;
  }

  /** Whether a partition holds nothing from {@code offset} on, and gets nothing more. */
  public boolean isExhausted(int partition, long offset) {
    return partition(partition).state() == State.RETIRED
        && partition(partition).extent().next() <= offset;
  }

  /** Whether a member has no connection until its store has room. */
  boolean isAnyStoreFull() {
    return partitions.stream().anyMatch(each -> each.state() == State.STORE_FULL);
  }

  /** The lowest offset of each partition that can be read. */
  SourceOffset earliest() {
    return SourceOffset.of(extents().stream().mapToLong(LogExtent::earliest).toArray());
  }

  /** The offset behind the last stored message of each partition. */
  SourceOffset next() {
    return SourceOffset.of(extents().stream().mapToLong(LogExtent::next).toArray());
  }

  /** Where a batch from {@code from} can end: nowhere below it. */
  public SourceOffset availableFrom(SourceOffset from) {
    return combine(from, Math::max);
  }

  /**
   * Lowers an end to what is stored: a store that replaces a lost one holds less than the lost one
   * did. For a partition that waits for its host the end stays, and a batch waits for it.
   */
  SourceOffset limit(SourceOffset end) {
    return combine(end, Math::min);
  }

  private SourceOffset combine(SourceOffset offset, LongBinaryOperator withNext) {
    long[] combined = offset.toArray();
    for (int partition = 0; partition < combined.length; partition++) {
      if (!isWaiting(partition)) {
        combined[partition] =
            withNext.applyAsLong(combined[partition], partition(partition).extent().next());
      }
    }
    return SourceOffset.of(combined);
  }

  /** Bytes that a message of a partition takes in its store on average; 0 if there is none. */
  public double bytesPerMessage(int partition) {
    PartitionStatus status = partition(partition);
    long messages = status.extent().next() - status.extent().earliest();
    return messages == 0 ? 0 : (double) status.storeBytes() / messages;
  }
}
