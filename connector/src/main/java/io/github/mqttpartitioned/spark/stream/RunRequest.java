// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import org.apache.spark.sql.connector.read.streaming.Offset;
import org.jspecify.annotations.Nullable;

/**
 * What Spark says about a run before it asks for data.
 *
 * @param availableNow whether the run ends at what is stored now
 * @param realTime whether the query runs with {@code Trigger.RealTime}
 * @param latestSeen the end of the last batch in Spark's offset log, as Spark has read it; null if
 *     the log is empty. It is parsed only when the source starts
 */
record RunRequest(boolean availableNow, boolean realTime, @Nullable Offset latestSeen) {

  static final RunRequest NONE = new RunRequest(false, false, null);

  RunRequest withAvailableNow() {
    return new RunRequest(true, realTime, latestSeen);
  }

  RunRequest withRealTime() {
    return new RunRequest(availableNow, true, latestSeen);
  }

  RunRequest withLatestSeen(Offset offset) {
    return new RunRequest(availableNow, realTime, offset);
  }
}
