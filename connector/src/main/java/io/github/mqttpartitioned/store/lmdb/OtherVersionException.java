// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import org.lmdbjava.LmdbException;

/** The state record has a version that this release does not know. */
public final class OtherVersionException extends LmdbException {

  private static final long serialVersionUID = 1L;

  OtherVersionException(int found) {
    super(
        "its format version is %d, this release of the connector knows %d"
            .formatted(found, StoreState.VERSION));
  }
}
