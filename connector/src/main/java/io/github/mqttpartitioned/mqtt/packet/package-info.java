// SPDX-License-Identifier: Apache-2.0
/**
 * The wire grammar of MQTT 5: packets, properties, reason codes, and what is in flight of a
 * session. Nothing here knows a connection.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt.packet;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
