// SPDX-License-Identifier: Apache-2.0
/**
 * Sparkplug B payloads, by the Eclipse Sparkplug Specification 3.0, section 6: protobuf messages,
 * read where they lie.
 *
 * <p>{@link io.github.mqttpartitioned.sparkplug.SparkplugPayload#parse} is where to begin. It takes
 * any bytes, in time and memory that grow with their number alone.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.sparkplug;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
