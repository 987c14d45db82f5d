// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CREDENTIALS_UNAVAILABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_START_STOPPED;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for credentials once on the driver, before anything starts. */
public final class CredentialsPreflight {

  private static final Logger LOG = LoggerFactory.getLogger(CredentialsPreflight.class);

  private CredentialsPreflight() {}

  /**
   * Asks for the credentials of one client. What may pass by itself is only logged: each client
   * asks again.
   *
   * @param limit how long a provider may take
   * @throws IllegalArgumentException if there are none, and another attempt cannot help
   */
  public static void run(
      CredentialSettings settings, BrokerUrl broker, String clientId, Duration limit) {
    try {
      Credentials given = new ClientCredentials(settings, broker, clientId, limit).await();
      if (settings.method() != null) {
        Mechanism.of(settings.method(), given);
      }
    } catch (CredentialsException e) {
      String text =
          MQTT_CREDENTIALS_UNAVAILABLE.message(
              "The driver has no credentials for %s: %s.".formatted(broker, e.getMessage()));
      if (e.isFinal()) {
        throw new IllegalArgumentException(text, e);
      }
      LOG.warn("{}", text);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          MQTT_START_STOPPED.message(
              "The query was stopped while it waited for credentials. Start the query again."),
          e);
    }
  }
}
