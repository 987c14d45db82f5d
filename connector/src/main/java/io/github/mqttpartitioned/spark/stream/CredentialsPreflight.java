// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CREDENTIALS_UNAVAILABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_START_STOPPED;

import io.github.mqttpartitioned.Credentials;
import io.github.mqttpartitioned.CredentialsProvider.Request;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSource;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.credentials.Mechanism;
import io.github.mqttpartitioned.option.SourceSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for credentials once on the driver, before anything starts. */
final class CredentialsPreflight {

  private static final Logger LOG = LoggerFactory.getLogger(CredentialsPreflight.class);

  private CredentialsPreflight() {}

  /**
   * Asks for the credentials of the first member. What may pass by itself is only logged: the
   * members ask again.
   *
   * @throws IllegalArgumentException if there are none, and another attempt cannot help
   */
  static void run(SourceSettings settings) {
    CredentialSettings credentials = settings.credentials();
    try {
      Credentials given =
          CredentialSource.of(credentials)
              .await(
                  new Request(settings.broker(0).url(), settings.clientId(0)),
                  settings.connectTimeout());
      if (credentials.method() != null) {
        Mechanism.of(credentials.method(), given);
      }
    } catch (CredentialsException e) {
      String text =
          MQTT_CREDENTIALS_UNAVAILABLE.message(
              "The driver has no credentials for %s: %s."
                  .formatted(settings.broker(0), e.getMessage()));
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
