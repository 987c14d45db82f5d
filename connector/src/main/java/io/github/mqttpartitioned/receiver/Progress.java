// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

/**
 * How far Spark is with a partition. {@link PartitionStatus} goes from the node to the driver,
 * progress goes from the driver to the node. Both offsets only grow.
 *
 * @param processedBelow Spark has processed everything below this offset. With {@link
 *     io.github.mqttpartitioned.option.settings.AckMode#PROCESSED} the member acknowledges it now.
 * @param trimBelow Spark asks for nothing below this offset any more. The store may drop the blocks
 *     that are wholly below it.
 */
public record Progress(long processedBelow, long trimBelow) {

  /** Spark has processed nothing. */
  public static final Progress NONE = new Progress(0, 0);

  /** Spark has processed everything below an offset, and may ask for it again. */
  public static Progress ofProcessed(long below) {
    return new Progress(below, 0);
  }

  /** The store may drop what lies below an offset. */
  public static Progress ofTrim(long below) {
    return new Progress(0, below);
  }

  /** The higher offset of each kind: progress that comes late or twice changes nothing. */
  public Progress max(Progress other) {
    return new Progress(
        Math.max(processedBelow, other.processedBelow), Math.max(trimBelow, other.trimBelow));
  }
}
