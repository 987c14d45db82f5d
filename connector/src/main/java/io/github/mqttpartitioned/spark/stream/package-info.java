// SPDX-License-Identifier: Apache-2.0
/**
 * The micro-batch stream on the driver.
 *
 * <pre>
 *  MqttMicroBatchStream   maps Spark's calls; StreamState says what exists when
 *    ResolvedSource       options, checkpoint and application agree; nothing runs
 *    SourceStart          claims the source, opens stores, connects members
 *    RunningSource        what runs: SourcePartitions, SourceMeters, ProcessedAcks
 *    plan                 where the next batch ends
 *    Trimming             what the stores may drop
 *    DataLoss             what to do about offsets that no store holds
 * </pre>
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
