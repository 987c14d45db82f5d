// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Which store to open.
 *
 * @param directory the store's own directory; created when it is not there
 * @param sourceId identity of the source, kept in the store: 1 to 128 bytes of UTF-8
 * @param partition number of the partition, kept in the store
 * @param maxBytes most disk that the store may take, option {@code storeMaxBytes}; 16 MiB at least
 * @param firstOffset offset of the first message of a store that is created; one that exists must
 *     not end before it
 */
public record StoreConfig(
    Path directory, String sourceId, int partition, long maxBytes, long firstOffset) {

  public StoreConfig {
    int idBytes = sourceId.getBytes(StandardCharsets.UTF_8).length;
    if (idBytes < 1 || idBytes > StoreState.MAX_SOURCE_ID_BYTES) {
      throw new IllegalArgumentException(
          "source id has "
              + idBytes
              + " bytes of UTF-8, accepted are 1 to "
              + StoreState.MAX_SOURCE_ID_BYTES
              + ": "
              + sourceId);
    }
    if (partition < 0) {
      throw new IllegalArgumentException("partition is " + partition + ", accepted is 0 or more");
    }
    if (firstOffset < 0) {
      throw new IllegalArgumentException(
          "first offset is " + firstOffset + ", accepted is 0 or more");
    }
    if (maxBytes < StoreLimits.MIN_BYTES) {
      throw new IllegalArgumentException(
          "storeMaxBytes is "
              + maxBytes
              + " bytes, accepted is "
              + StoreException.bytes(StoreLimits.MIN_BYTES)
              + " or more");
    }
  }
}
