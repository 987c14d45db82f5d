// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

import org.jspecify.annotations.Nullable;

/** A node cannot be reached, or does not hold what it is asked for: another one may. */
public final class UnreachableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public UnreachableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
