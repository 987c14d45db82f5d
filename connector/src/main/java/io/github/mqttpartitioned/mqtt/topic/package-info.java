// SPDX-License-Identifier: Apache-2.0
/** Topic filters and topic patterns: section 4.7 of the specification. */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt.topic;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
