// SPDX-License-Identifier: Apache-2.0
/**
 * Where the credentials of a connection come from, and how they are proved to the broker.
 *
 * <p>Every origin is a {@link io.github.mqttpartitioned.CredentialsProvider}: fixed options, a
 * file, an OAuth 2 token endpoint, a class of the user. {@link
 * io.github.mqttpartitioned.mqtt.credentials.CredentialSource} asks it within a time limit. A
 * {@link io.github.mqttpartitioned.mqtt.credentials.Mechanism} takes the client's part in enhanced
 * authentication (MQTT 5, section 4.12).
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.mqtt.credentials;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
