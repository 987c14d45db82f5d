// SPDX-License-Identifier: Apache-2.0
/** Executor side of the control plane: owns the receivers and stores of one JVM. */
@NullMarked
package io.github.mqttpartitioned.cluster.node;

import org.jspecify.annotations.NullMarked;
