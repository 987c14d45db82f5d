// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.store.lmdb.DamagedException;
import io.github.mqttpartitioned.store.lmdb.OtherVersionException;
import org.lmdbjava.Dbi.MapResizedException;
import org.lmdbjava.Env.FileInvalidException;
import org.lmdbjava.Env.VersionMismatchException;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException.PageCorruptedException;
import org.lmdbjava.LmdbNativeException.PageNotFoundException;

/** What the errors of LMDB and of {@code store.lmdb} mean for a store. */
final class LmdbErrors {

  private LmdbErrors() {}

  /**
   * Translates an error.
   *
   * @param action what was tried, as it reads before "store …": "write to", "open"
   */
  static StoreException translate(LmdbException error, String action, String store) {
    if (error instanceof DamagedException
        || error instanceof PageCorruptedException
        || error instanceof PageNotFoundException
        || error instanceof FileInvalidException
        || error instanceof VersionMismatchException) {
      return StoreException.damaged(store, String.valueOf(error.getMessage()), error);
    }
    if (error instanceof OtherVersionException) {
      return StoreException.otherVersion(store, error);
    }
    if (error instanceof MapResizedException) {
      return StoreException.enlarged(action, store, error);
    }
    return StoreException.unusable(action, store, String.valueOf(error.getMessage()), error);
  }
}
