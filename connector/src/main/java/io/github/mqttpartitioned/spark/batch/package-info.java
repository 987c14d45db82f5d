// SPDX-License-Identifier: Apache-2.0
/**
 * The batch read: what the stores of a streaming query hold, as a table.
 *
 * <pre>
 *  MqttBatchScan     Spark's calls
 *    StoredSource    finds identity and assignments in the query's checkpoint
 *    BatchPlan       ranges of offsets, one or several for each partition
 *    LocalBlocks     in a task: blocks from this JVM's node, or from the files of this host
 *    TimeBorder      finds the offset of a time of receipt
 *    DeadLetterReader  gives dead letters as rows
 * </pre>
 *
 * <p>A query that runs in the same application serves the read through its nodes. Otherwise the
 * files of this host are opened, to be read only. A read changes nothing in a store and holds up no
 * writer.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.spark.batch;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
