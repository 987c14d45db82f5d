// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.option.SourceOptions;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;

/**
 * How much a micro-batch may and must hold. Spark hands it back as it was given; it is a type of
 * our own because Spark has none for bytes before 4.0.
 *
 * @param maxOffsets at most so many messages
 * @param maxBytes at most so many bytes of the stores, estimated; one message at least
 * @param minOffsets no batch below so many messages
 * @param maxDelay unless the last batch was this long ago
 */
record AdmissionLimits(
    OptionalLong maxOffsets, OptionalLong maxBytes, OptionalLong minOffsets, Duration maxDelay)
    implements ReadLimit {

  /** The limits of the options, or Spark's {@code allAvailable} when there are none. */
  static ReadLimit of(SourceOptions options) {
    if (options.maxOffsetsPerTrigger().isEmpty()
        && options.maxBytesPerTrigger().isEmpty()
        && options.minOffsetsPerTrigger().isEmpty()) {
      return ReadLimit.allAvailable();
    }
    return new AdmissionLimits(
        options.maxOffsetsPerTrigger(),
        options.maxBytesPerTrigger(),
        options.minOffsetsPerTrigger(),
        options.maxTriggerDelay());
  }

  /** The same limits for a run that is to end: nothing waits for more to come. */
  AdmissionLimits withoutMinimum() {
    return new AdmissionLimits(maxOffsets, maxBytes, OptionalLong.empty(), maxDelay);
  }
}
