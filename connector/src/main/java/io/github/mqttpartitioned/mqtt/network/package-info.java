// SPDX-License-Identifier: Apache-2.0
/**
 * The way to a broker: its URL, the sockets, and TLS with the files and the checks that it needs.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt.network;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
