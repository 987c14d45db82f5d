// SPDX-License-Identifier: Apache-2.0
/**
 * Where the next batch ends. Nothing here talks to a node, a store or a broker.
 *
 * <pre>
 *  StoredMessages       what the stores hold at one moment
 *  EndOffsetPlanner     from them to a SourceOffset
 *    AdmissionControl   maxOffsetsPerTrigger, maxBytesPerTrigger …; FairShare divides them
 *    Drain              the end of a run with Trigger.AvailableNow
 *    WindowExhaustion   ackMode=processed: members that wait for a batch
 *  IdleWait             how long Spark's question may wait for news
 * </pre>
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.stream.plan;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
