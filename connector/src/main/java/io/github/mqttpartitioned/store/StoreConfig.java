// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Which store to open.
 *
 * @param directory the store's own directory; created if it is not there
 * @param sourceId identity of the source, kept in the store: 1 to 128 bytes of UTF-8
 * @param partition number of the partition, kept in the store: 0 or more
 * @param maxBytes maximum number of bytes of disk that the store may take, option {@code
 *     storeMaxBytes}: 16 MiB or more
 * @param firstOffset offset of the first message of a new store, 0 or more; a store that exists
 *     must not end before it
 */
public record StoreConfig(
    Path directory, String sourceId, int partition, long maxBytes, long firstOffset) {

  public StoreConfig {
    int idBytes = sourceId.getBytes(StandardCharsets.UTF_8).length;
    if (idBytes < 1 || idBytes > StoreState.MAX_SOURCE_ID_BYTES) {
      throw new IllegalArgumentException(
          "source id %s has %d bytes of UTF-8, accepted are 1 to %d"
              .formatted(sourceId, idBytes, StoreState.MAX_SOURCE_ID_BYTES));
    }
    if (partition < 0) {
      throw new IllegalArgumentException(
          "partition is %d, accepted is 0 or more".formatted(partition));
    }
    if (firstOffset < 0) {
      throw new IllegalArgumentException(
          "first offset is %d, accepted is 0 or more".formatted(firstOffset));
    }
    if (maxBytes < StoreLimits.MIN_BYTES) {
      throw new IllegalArgumentException(
          "storeMaxBytes is %d bytes, accepted is %s or more"
              .formatted(maxBytes, StoreException.bytes(StoreLimits.MIN_BYTES)));
    }
  }
}
