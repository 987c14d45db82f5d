// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT 5 itself: its wire grammar, topic filters, broker URLs, transports, credentials, and the
 * session, which Paho keeps. Only this package knows Paho; it knows neither Spark nor LMDB.
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
