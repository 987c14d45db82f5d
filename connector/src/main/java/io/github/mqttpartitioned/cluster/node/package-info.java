// SPDX-License-Identifier: Apache-2.0
/** Executor side of the control plane: owns the receivers and stores of one JVM. */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster.node;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
