// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

/**
 * Stored bytes are not the block that was written: they were cut, altered, or of another format.
 */
public final class CorruptBlockException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private CorruptBlockException(String message) {
    super(message);
  }

  /** What the node that holds a partition says about blocks that it cannot give. */
  public static CorruptBlockException reported(String message) {
    return new CorruptBlockException(message);
  }

  private CorruptBlockException(String place, String problem) {
    super(
        "Damaged block in "
            + place
            + ": "
            + problem
            + ". Its messages cannot be read; restore the store from the disk's last good state, or"
            + " let the query skip them with failOnDataLoss=false");
  }

  static CorruptBlockException mismatch(String place, String what, long found, long expected) {
    return new CorruptBlockException(place, what + " is " + found + ", expected " + expected);
  }

  static CorruptBlockException tooSmall(String place, String what, long found, long minimum) {
    return new CorruptBlockException(
        place, what + " is " + found + ", expected " + minimum + " or more");
  }

  static CorruptBlockException checksum(String place, String what, int found, int expected) {
    return new CorruptBlockException(
        place, String.format("checksum of %s is %08x, expected %08x", what, found, expected));
  }

  static CorruptBlockException outside(String place, String what, int row, long found, long limit) {
    return new CorruptBlockException(
        place, what + " of row " + row + " is " + found + ", accepted is 0 to " + limit);
  }

  static CorruptBlockException properties(String place, int row, String problem) {
    return new CorruptBlockException(place, "properties of row " + row + ": " + problem);
  }
}
