// SPDX-License-Identifier: Apache-2.0
/**
 * Driver side of the control plane: which node hosts which partition, how far each one is, and what
 * may be trimmed. It speaks to nodes through {@link
 * io.github.mqttpartitioned.cluster.coordinator.NodeLink}, and does not know whether one is in its
 * own JVM.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster.coordinator;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
