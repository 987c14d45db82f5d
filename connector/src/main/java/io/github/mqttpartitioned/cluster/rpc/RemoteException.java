// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

/** What went wrong on another node, in its words. */
public final class RemoteException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RemoteException(String message) {
    super(message);
  }
}
