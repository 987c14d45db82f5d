// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import org.lmdbjava.LmdbException;

/**
 * The files of the environment do not hold what was written. The message says what is wrong, and
 * leaves it to the caller to name the store.
 */
public final class DamagedException extends LmdbException {

  private static final long serialVersionUID = 1L;

  DamagedException(String problem) {
    super(problem);
  }

  DamagedException(String problem, Throwable cause) {
    super(problem, cause);
  }
}
