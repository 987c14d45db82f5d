// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import io.github.mqttpartitioned.store.StoreException;
import org.lmdbjava.Dbi.MapResizedException;
import org.lmdbjava.Env.FileInvalidException;
import org.lmdbjava.Env.VersionMismatchException;
import org.lmdbjava.LmdbException;
import org.lmdbjava.LmdbNativeException.PageCorruptedException;
import org.lmdbjava.LmdbNativeException.PageNotFoundException;

/** What LMDB's errors mean to a store. */
public final class LmdbErrors {

  private LmdbErrors() {}

  /**
   * Translates an error of LMDB.
   *
   * @param action what was tried, to go before "store …": "write to", "open"
   */
  public static StoreException translate(LmdbException error, String action, String store) {
    if (error instanceof PageCorruptedException
        || error instanceof PageNotFoundException
        || error instanceof FileInvalidException
        || error instanceof VersionMismatchException) {
      return StoreException.damaged(store, String.valueOf(error.getMessage()), error);
    }
    if (error instanceof MapResizedException) {
      return StoreException.enlarged(action, store, error);
    }
    return StoreException.unusable(action, store, error);
  }
}
