// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.rpc;

/** Bytes that came over the wire are not a frame. */
public final class FrameException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  FrameException(String message) {
    super(message);
  }
}
