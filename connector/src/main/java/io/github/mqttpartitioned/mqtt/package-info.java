// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT 5 itself: its wire grammar, topic filters, broker URLs, transports and credentials. This
 * package knows neither Spark nor LMDB.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
