// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

/** What the members of all sides have in common. */
final class Member {

  static final String GROUP = "benchmark";
  static final String TOPICS = "#";

  /** The shared subscription. */
  static final String FILTER = "$share/" + GROUP + "/" + TOPICS;

  private Member() {}
}
