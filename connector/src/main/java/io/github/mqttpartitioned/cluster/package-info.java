// SPDX-License-Identifier: Apache-2.0
/**
 * Which node holds which partition of a source, and how far it is: the records that driver, nodes
 * and checkpoint share.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
