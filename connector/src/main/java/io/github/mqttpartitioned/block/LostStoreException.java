// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_REPLACED;

/**
 * The offsets that were asked for lie before the first offset of the partition's store. Only a
 * store that is lost held them, and the present one has replaced it.
 */
public final class LostStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final long first;

  private LostStoreException(String message, long first) {
    super(message);
    this.first = first;
  }

  /**
   * The error for a range that begins too early.
   *
   * @param store path of the present store
   * @param first offset that it began with
   */
  public static LostStoreException of(int partition, OffsetRange range, String store, long first) {
    return new LostStoreException(
        MQTT_STORE_REPLACED.message(
            """
            Cannot read offsets %s of partition %d: the store that held them is lost, and store \
            %s, which has replaced it, began with offset %d. With ackMode=stored their messages \
            are lost: start the query with failOnDataLoss=false to skip them."""
                .formatted(range, partition, store, first)),
        first);
  }

  /**
   * An error that the node reports which hosts the partition.
   *
   * @param message of that node's exception, with its condition
   */
  public static LostStoreException reported(String message, long first) {
    return new LostStoreException(message, first);
  }

  /** Offset that the present store began with. */
  public long first() {
    return first;
  }
}
