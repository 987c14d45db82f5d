// SPDX-License-Identifier: Apache-2.0
/** Tests of Sparkplug B payloads, with Eclipse Tahu as the other side. */
@NullMarked
package io.github.mqttpartitioned.sparkplug;

import org.jspecify.annotations.NullMarked;
