// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark;

/**
 * The command line asks for something that there is not. Its message is all that the user needs.
 */
final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
