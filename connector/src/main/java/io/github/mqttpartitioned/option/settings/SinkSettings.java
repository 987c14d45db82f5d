// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.mqtt.Login;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The settings that all senders of one sink share. The driver derives them from the user's options,
 * and each task gets them.
 *
 * @param brokers task p publishes to broker p mod count, or begins with it
 * @param brokerMode what the brokers are to each other
 * @param clientIdPrefix senders connect as {@code <prefix>-<executor>-<n>}
 * @param credentials where the senders' credentials come from
 * @param tls for {@code ssl} and {@code wss}
 * @param webSocketHeaders headers of the handshake of {@code ws} and {@code wss}, by name
 * @param keepAlive MQTT Keep Alive, whole seconds, 1 to 65,535
 * @param connectTimeout how long a broker may be away
 * @param sessionExpiry Session Expiry Interval, whole seconds
 * @param maxInFlight maximum number of unconfirmed messages of a sender, 1 to 65,535
 * @param linger maximum time that a message waits for others
 */
public record SinkSettings(
    List<BrokerUrl> brokers,
    BrokerMode brokerMode,
    String clientIdPrefix,
    CredentialSettings credentials,
    TlsSettings tls,
    Map<String, Secret> webSocketHeaders,
    Duration keepAlive,
    Duration connectTimeout,
    Duration sessionExpiry,
    int maxInFlight,
    Duration linger)
    implements Serializable {

  /** A sender receives no messages. */
  private static final int RECEIVE_MAXIMUM = 65_535;

  public SinkSettings {
    brokers = List.copyOf(brokers);
    webSocketHeaders = Map.copyOf(webSocketHeaders);
  }

  /** The URLs that lead to the broker of a task: one, or all of a cluster. */
  public List<BrokerUrl> urlsOf(int partition) {
    return brokerMode.urlsOf(partition, brokers);
  }

  /** Where a task's sender connects to. */
  public EntryPoints entryPoints(int partition) {
    return brokerMode.entryPoints(partition, brokers);
  }

  /** What one sender needs to connect, but for its login. */
  public ConnectionSettings connection(BrokerUrl broker, String clientId) {
    return new ConnectionSettings(
        broker,
        clientId,
        Login.NONE,
        tls,
        webSocketHeaders,
        keepAlive,
        connectTimeout,
        sessionExpiry,
        RECEIVE_MAXIMUM);
  }
}
