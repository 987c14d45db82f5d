// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

/**
 * What is sent in one round.
 *
 * @param messages how many
 * @param qos of all of them
 * @param payloadBytes of each
 * @param topics over which they are spread
 * @param window most of them in flight
 */
public record Load(long messages, int qos, int payloadBytes, int topics, int window) {}
