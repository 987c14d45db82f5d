// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import java.time.Duration;
import java.util.Map;

/**
 * What one connection of one MQTT session needs to begin: the network address and the content of
 * CONNECT (section 3.1). Clean Start is always 0.
 *
 * @param broker where to connect to
 * @param clientId Client Identifier, which names the session
 * @param login what CONNECT says about who connects
 * @param tls for {@code ssl} and {@code wss}
 * @param webSocketHeaders headers of the handshake of {@code ws} and {@code wss}, by name
 * @param keepAlive Keep Alive, whole seconds, 1 to 65,535
 * @param connectTimeout maximum time that one attempt to connect may take; at least one second
 *     counts
 * @param sessionExpiry Session Expiry Interval, whole seconds
 * @param receiveMaximum Receive Maximum, 1 to 65,535
 */
public record ConnectionSettings(
    BrokerUrl broker,
    String clientId,
    Login login,
    TlsSettings tls,
    Map<String, Secret> webSocketHeaders,
    Duration keepAlive,
    Duration connectTimeout,
    Duration sessionExpiry,
    int receiveMaximum) {

  public ConnectionSettings {
    webSocketHeaders = Map.copyOf(webSocketHeaders);
  }

  /** The same with another login. */
  public ConnectionSettings withLogin(Login another) {
    return new ConnectionSettings(
        broker,
        clientId,
        another,
        tls,
        webSocketHeaders,
        keepAlive,
        connectTimeout,
        sessionExpiry,
        receiveMaximum);
  }
}
