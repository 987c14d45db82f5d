// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT 5 itself. In this package: the session, which Paho keeps, and the connection that it runs
 * on. Below it: the wire grammar, topic filters, the way to a broker, WebSocket, credentials. Only
 * this package knows Paho; none of them knows Spark or LMDB.
 *
 * <p>Section numbers and {@code [MQTT-…]} refer to the <a
 * href="https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html">specification of MQTT
 * 5.0</a>.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
