// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

/**
 * How the demo ended.
 *
 * @param published messages that there were to process
 * @param processed messages that came out of the query
 * @param lost published and never processed
 * @param duplicated processed again
 */
record Summary(long published, long processed, long lost, long duplicated) {

  static final Summary NOTHING = new Summary(0, 0, 0, 0);

  static Summary of(Tally.Sums sums) {
    return new Summary(sums.published(), sums.processed(), sums.missing(), sums.duplicated());
  }

  boolean isRight() {
    return lost == 0 && duplicated == 0;
  }

  /** The last line of the demo; scripts read it. */
  @Override
  public String toString() {
    return "demo: published=%d processed=%d lost=%d duplicated=%d"
        .formatted(published, processed, lost, duplicated);
  }
}
