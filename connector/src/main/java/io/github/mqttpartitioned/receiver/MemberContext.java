// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.Login;
import io.github.mqttpartitioned.mqtt.Subscriptions;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.PoisonMessages;
import io.github.mqttpartitioned.store.PartitionStore;

/**
 * What the successive connections of a member share.
 *
 * @param leaseCheck asked whether the member may continue
 * @param times told how long the member's work takes
 */
record MemberContext(
    SourceSettings settings,
    int partition,
    PartitionStore store,
    LeaseCheck leaseCheck,
    CommitTimes times,
    GroupCommit groupCommit,
    PoisonMessages poison,
    MemberLog log,
    ReceiverSignals signals,
    ClientCredentials credentials) {

  boolean isRetired() {
    return settings.isRetired(partition);
  }

  ConnectionSettings connectionSettings(Login login) {
    return new ConnectionSettings(
        settings.broker(partition),
        settings.clientId(partition),
        login,
        settings.tls(),
        settings.keepAlive(),
        settings.connectTimeout(),
        settings.sessionExpiry(),
        settings.receiveMaximum());
  }

  Subscriptions subscriptions() {
    return new Subscriptions(
        settings.subscriptions(partition), settings.qos(), settings.unsubscriptions(partition));
  }
}
