// SPDX-License-Identifier: Apache-2.0
/**
 * The demo: simulated sensors of a factory, a broker, and a Spark query over what they publish,
 * which looks for lost and repeated messages as it goes.
 *
 * <pre>
 *  Sensors ──► broker ──► format("mqtt-partitioned") ──► tasks: BatchCount of each partition
 *     │ acknowledged                                        │
 *     ▼                                                     ▼
 *  PublishedMarks ──────────────────────────────────────► Tally: lost? repeated? ──► LiveView
 * </pre>
 *
 * <p>No row reaches the driver: a task notes the numbers of its messages in bit sets, which the
 * tally compares with those of before and with what the broker has acknowledged.
 *
 * <p>Everything that counts is on disk in {@link
 * io.github.mqttpartitioned.examples.demo.DemoDirectory}: a demo that was killed goes on where it
 * was, and still accounts for what the one before had published.
 */
@NullMarked
package io.github.mqttpartitioned.examples.demo;

import org.jspecify.annotations.NullMarked;
