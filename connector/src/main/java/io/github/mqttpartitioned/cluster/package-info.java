// SPDX-License-Identifier: Apache-2.0
/**
 * What driver, nodes and checkpoint share: which node hosts which partition of a source, where it
 * is found, and the time limits between them. The records here are immutable.
 *
 * <p>{@code cluster.coordinator} decides on the driver, {@code cluster.node} does the work in an
 * executor, and {@code cluster.rpc} carries the messages between the two.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
