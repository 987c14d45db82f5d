// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

/**
 * Offsets were asked for that lie before the partition's store began: only a store has held them
 * that is lost, and that the present one replaces.
 */
public final class LostStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long first;

  private LostStoreException(String message, long first) {
    super(message);
    this.first = first;
  }

  /**
   * Of a range that begins too early.
   *
   * @param store where the present store is
   * @param first offset that it began with
   */
  public static LostStoreException of(int partition, OffsetRange range, String store, long first) {
    return new LostStoreException(
        "Cannot read offsets "
            + range
            + " of partition "
            + partition
            + ": the store that held them is lost, and the one in its place, "
            + store
            + ", began with offset "
            + first
            + ". With ackMode=stored they are lost: failOnDataLoss=false lets the query go on"
            + " without them",
        first);
  }

  /** What the node that holds a partition says about it. */
  public static LostStoreException reported(String message, long first) {
    return new LostStoreException(message, first);
  }

  /** Offset that the present store began with. */
  public long first() {
    return first;
  }
}
