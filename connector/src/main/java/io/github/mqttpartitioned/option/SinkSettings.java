// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.Login;
import io.github.mqttpartitioned.mqtt.Secret;
import io.github.mqttpartitioned.mqtt.TlsSettings;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all senders of one sink share. The driver derives them from the user's options,
 * and each task gets them.
 *
 * @param brokers task p publishes to broker p mod count
 * @param clientIdPrefix senders connect as {@code <prefix>-<executor>-<n>}
 * @param username for CONNECT, null for none
 * @param password for CONNECT, null for none
 * @param tls for {@code ssl} and {@code wss}
 * @param keepAlive MQTT Keep Alive, whole seconds, 1 to 65,535
 * @param connectTimeout how long a broker may be away
 * @param sessionExpiry Session Expiry Interval, whole seconds
 * @param maxInFlight most unconfirmed messages of a sender, 1 to 65,535
 * @param linger longest that a message waits for others
 */
public record SinkSettings(
    List<BrokerUrl> brokers,
    String clientIdPrefix,
    @Nullable String username,
    @Nullable Secret password,
    TlsSettings tls,
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
  }

  public BrokerUrl broker(int partition) {
    return brokers.get(partition % brokers.size());
  }

  /** What one sender needs to connect. */
  public ConnectionSettings connection(BrokerUrl broker, String clientId) {
    return new ConnectionSettings(
        broker,
        clientId,
        new Login(username, password == null ? null : password.revealUtf8(), null, null),
        tls,
        keepAlive,
        connectTimeout,
        sessionExpiry,
        RECEIVE_MAXIMUM);
  }
}
