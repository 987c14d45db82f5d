// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsPreflight;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import org.jspecify.annotations.Nullable;

/**
 * Has the driver ask for credentials before the first batch of a query. The later batches do
 * without: what passes by itself must not fail a query whose senders are connected. Thread-safe.
 */
public final class SinkPreflight {

  private @Nullable CredentialSettings asked;

  /**
   * Asks, unless these settings have passed before.
   *
   * @throws IllegalArgumentException if there are no credentials, and another attempt cannot help
   */
  synchronized void run(SinkSettings settings) {
    if (!settings.credentials().equals(asked)) {
      CredentialsPreflight.run(
          settings.credentials(),
          settings.brokers().get(0),
          settings.clientIdPrefix(),
          settings.connectTimeout());
      asked = settings.credentials();
    }
  }
}
