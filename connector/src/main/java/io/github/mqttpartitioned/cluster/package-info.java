// SPDX-License-Identifier: Apache-2.0
/**
 * What driver, nodes and checkpoint share: which node hosts which partition of a source, where it
 * is found, and how long one waits for the other.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
