// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.Login;
import io.github.mqttpartitioned.mqtt.Subscriptions;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.PoisonMessages;
import io.github.mqttpartitioned.store.PartitionStore;

/**
 * What the successive connections of a member share.
 *
 * @param leaseCheck asked whether the member may continue
 * @param newcomer whether no run of the query has connected the member before
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
    SubscribePackets packets,
    MemberLog log,
    ReceiverSignals signals,
    ClientCredentials credentials,
    boolean newcomer,
    FormerSession former) {

  /** The same at one of the broker's entry points. */
  MemberContext at(BrokerUrl url) {
    if (url.equals(settings.broker(partition))) {
      return this;
    }
    SourceSettings there = settings.at(url);
    return new MemberContext(
        there,
        partition,
        store,
        leaseCheck,
        times,
        groupCommit,
        poison,
        packets,
        log.with(there),
        signals,
        credentials,
        newcomer,
        former);
  }

  boolean isRetired() {
    return settings.isRetired(partition);
  }

  /** Whether the member has never been subscribed: a session that it finds is another query's. */
  boolean isFirstConnection() {
    return newcomer && groupCommit.counts().connections() == 0;
  }

  ConnectionSettings connectionSettings(Login login) {
    return connectionSettings(partition, login);
  }

  /** As which the member of a partition connects. */
  ConnectionSettings connectionSettings(int ofPartition, Login login) {
    return new ConnectionSettings(
        settings.broker(ofPartition),
        settings.clientId(ofPartition),
        login,
        settings.tls(),
        settings.webSocketHeaders(),
        settings.keepAlive(),
        settings.connectTimeout(),
        settings.sessionExpiry(),
        settings.receiveMaximum());
  }

  Subscriptions subscriptions() {
    return new Subscriptions(
        settings.subscriptions(partition),
        settings.qos(),
        retainHandling(),
        settings.unsubscriptions(partition),
        packets.most());
  }

  private int retainHandling() {
    return isFirstConnection() && settings.asksForRetained(partition)
        ? Subscriptions.RETAINED_IF_NEW
        : Subscriptions.RETAINED_NEVER;
  }
}
