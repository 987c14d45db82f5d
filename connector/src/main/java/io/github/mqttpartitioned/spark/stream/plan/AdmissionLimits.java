// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import io.github.mqttpartitioned.option.SourceOptions;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;

/**
 * How much a micro-batch may and must hold. Spark gives it back as it got it. It is a type of its
 * own because Spark has none for bytes before 4.0.
 *
 * @param maxOffsets the most messages of a batch
 * @param maxBytes maximum number of bytes of a batch, estimated from the stores; one message in any
 *     case
 * @param minOffsets the fewest messages of a batch
 * @param maxDelay a batch may hold fewer than the minimum if the last one was this long ago
 */
public record AdmissionLimits(
    OptionalLong maxOffsets, OptionalLong maxBytes, OptionalLong minOffsets, Duration maxDelay)
    implements ReadLimit {

  /** The limits of the options; without an option, a batch takes all that is available. */
  public static AdmissionLimits of(SourceOptions options) {
    return new AdmissionLimits(
        options.maxOffsetsPerTrigger(),
        options.maxBytesPerTrigger(),
        options.minOffsetsPerTrigger(),
        options.maxTriggerDelay());
  }

  /** Whether a batch takes all that is available. */
  boolean areNone() {
    return maxOffsets.isEmpty() && maxBytes.isEmpty() && minOffsets.isEmpty();
  }

  /** The same limits, but a batch does not wait for more messages. */
  AdmissionLimits withoutMinimum() {
    return new AdmissionLimits(maxOffsets, maxBytes, OptionalLong.empty(), maxDelay);
  }
}
