// SPDX-License-Identifier: Apache-2.0
/**
 * Executor side of the control plane: owns the receivers and stores of one JVM.
 *
 * <p>{@link io.github.mqttpartitioned.cluster.node.Node} has the partitions that this JVM hosts. In
 * local mode the coordinator calls it directly. In an executor {@link
 * io.github.mqttpartitioned.cluster.node.NodeHost} takes sources on, for as long as the driver's
 * lease lasts, and {@link io.github.mqttpartitioned.cluster.node.NodeRequestHandler} answers the
 * driver's requests. A node lives longer than the Spark job that started it, and ends with its last
 * source.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
