// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BLOCK_CORRUPT;

/** Stored bytes are not the block that was written: they are cut, altered, or of another format. */
public final class CorruptBlockException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private CorruptBlockException(String message) {
    super(message);
  }

  /**
   * An error that the node reports which hosts the partition.
   *
   * @param message of that node's exception, with its condition
   */
  public static CorruptBlockException reported(String message) {
    return new CorruptBlockException(message);
  }

  private static CorruptBlockException of(String place, String problem) {
    return new CorruptBlockException(
        MQTT_BLOCK_CORRUPT.message(
            """
            Damaged block in %s: %s. Restore the store from a copy, or start the query with \
            failOnDataLoss=false to skip the messages of the block."""
                .formatted(place, problem)));
  }

  static CorruptBlockException mismatch(String place, String what, long found, long expected) {
    return of(place, "%s is %d, expected %d".formatted(what, found, expected));
  }

  static CorruptBlockException tooSmall(String place, String what, long found, long minimum) {
    return of(place, "%s is %d, expected %d or more".formatted(what, found, minimum));
  }

  static CorruptBlockException checksum(String place, String what, int found, int expected) {
    return of(place, "checksum of %s is %08x, expected %08x".formatted(what, found, expected));
  }

  static CorruptBlockException outside(String place, String what, int row, long found, long limit) {
    return of(place, "%s of row %d is %d, accepted is 0 to %d".formatted(what, row, found, limit));
  }

  static CorruptBlockException properties(String place, int row, String problem) {
    return of(place, "properties of row %d: %s".formatted(row, problem));
  }
}
