// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests, the demo and the benchmarks need around the connector: brokers to test against
 * ({@link io.github.mqttpartitioned.testkit.TestBrokers}), a publisher that loses nothing ({@link
 * io.github.mqttpartitioned.testkit.Publisher}), a broker whose every packet a test decides ({@link
 * io.github.mqttpartitioned.testkit.ScriptedBroker}), a load source that is faster than any
 * receiver ({@link io.github.mqttpartitioned.testkit.Firehose}) and a subscriber that is faster
 * than any ({@link io.github.mqttpartitioned.testkit.BareSubscriber}), numbered messages and the
 * check for lost and duplicated ones ({@link io.github.mqttpartitioned.testkit.SequenceCheck}), and
 * processes to kill ({@link io.github.mqttpartitioned.testkit.ChildJvm}).
 *
 * <p>The MQTT codec here is written apart from the connector's own and from Paho's, so that no
 * mistake in one of them hides in the other. Everything listens on 127.0.0.1 alone.
 */
@NullMarked
package io.github.mqttpartitioned.testkit;

import org.jspecify.annotations.NullMarked;
