// SPDX-License-Identifier: Apache-2.0
/**
 * The client's side of a WebSocket (<a href="https://www.rfc-editor.org/rfc/rfc6455">RFC 6455</a>)
 * over the streams of a connection, as far as MQTT needs it (section 6 of MQTT 5). The JDK's own
 * WebSocket tries one address of a name only, refuses host names with an underscore, and leaves a
 * thread behind for each connection over TLS.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt.websocket;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
