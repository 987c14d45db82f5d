// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

/** Bytes that the sender thread writes next. */
final class Piece {

  byte[] bytes = {};
  int from;
  int length;

  void set(byte[] source, int start, int count) {
    bytes = source;
    from = start;
    length = count;
  }
}
