// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

/** Messages were lost, repeated, altered, or acknowledged wrongly: the round counts for nothing. */
public final class WrongCountException extends Exception {

  private static final long serialVersionUID = 1L;

  WrongCountException(String message) {
    super(message);
  }
}
