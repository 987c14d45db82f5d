// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all members and stores of one source share. The driver derives them once from
 * the user's options and the checkpoint, and sends them to every node.
 *
 * @param sourceId identity of the source, kept in its checkpoint and in each of its stores
 * @param partitions number of stores and input partitions, with the retired ones
 * @param brokers partition p connects to broker p mod count, in a cluster at first
 * @param brokerMode what the brokers are to each other
 * @param topics topic filters that every member subscribes to
 * @param group share name of the shared subscription
 * @param clientIdPrefix member p connects as {@code <prefix>-<p>}
 * @param qos maximum QoS, requested in SUBSCRIBE: 0, 1 or 2
 * @param credentials where the members' credentials come from
 * @param tls for {@code ssl} and {@code wss}
 * @param webSocketHeaders headers of the handshake of {@code ws} and {@code wss}, by name
 * @param keepAlive MQTT Keep Alive, whole seconds, 1 to 65,535
 * @param connectTimeout maximum time from TCP connect to CONNACK
 * @param sessionExpiry Session Expiry Interval, whole seconds
 * @param receiveMaximum Receive Maximum, 1 to 65,535
 * @param storeDir absolute directory that holds {@code p0}, {@code p1}, …
 * @param storeMaxBytes maximum disk space of one partition's store
 * @param linger maximum time that a message waits for others, to share their fsync
 * @param deadLetterDir absolute directory for a file of each dead letter, null for none
 * @param ackMode when QoS 1 and 2 messages are acknowledged
 * @param drainTimeout time without a message after which a retired member's session counts as empty
 * @param members partitions below this number have members that subscribe. The others are retired:
 *     their members take what the broker still holds for them, then end their sessions
 * @param formerFilters {@code $share/<group>/<filter>} that sessions may still be subscribed to,
 *     but must not be
 * @param sessions how the members' sessions begin and end
 */
public record SourceSettings(
    String sourceId,
    int partitions,
    List<BrokerUrl> brokers,
    BrokerMode brokerMode,
    List<TopicFilter> topics,
    String group,
    String clientIdPrefix,
    int qos,
    CredentialSettings credentials,
    TlsSettings tls,
    Map<String, Secret> webSocketHeaders,
    Duration keepAlive,
    Duration connectTimeout,
    Duration sessionExpiry,
    int receiveMaximum,
    String storeDir,
    long storeMaxBytes,
    Duration linger,
    @Nullable String deadLetterDir,
    AckMode ackMode,
    Duration drainTimeout,
    int members,
    List<String> formerFilters,
    SessionPolicy sessions) {

  public SourceSettings {
    brokers = List.copyOf(brokers);
    webSocketHeaders = Map.copyOf(webSocketHeaders);
    topics = List.copyOf(topics);
    formerFilters = List.copyOf(formerFilters);
  }

  /** Where the member of a partition connects to; in a cluster, where it begins. */
  public BrokerUrl broker(int partition) {
    return brokers.get(partition % brokers.size());
  }

  /** The same settings with one broker for all members. */
  public SourceSettings at(BrokerUrl broker) {
    return new SourceSettings(
        sourceId,
        partitions,
        List.of(broker),
        brokerMode,
        topics,
        group,
        clientIdPrefix,
        qos,
        credentials,
        tls,
        webSocketHeaders,
        keepAlive,
        connectTimeout,
        sessionExpiry,
        receiveMaximum,
        storeDir,
        storeMaxBytes,
        linger,
        deadLetterDir,
        ackMode,
        drainTimeout,
        members,
        formerFilters,
        sessions);
  }

  public String clientId(int partition) {
    return clientIdPrefix + "-" + partition;
  }

  /** Whether the partition gets no new messages and is only read to its end. */
  public boolean isRetired(int partition) {
    return partition >= members;
  }

  /** Whether a session that the broker has for the member can only be another source's. */
  public boolean isFirstStart(int partition) {
    return partition >= sessions.begun();
  }

  /** Whether the member asks for retained messages when it subscribes for the first time. */
  public boolean asksForRetained(int partition) {
    return sessions.retainHandling() == RetainHandling.ONCE
        && partition < brokers.size()
        && isFirstStart(partition);
  }

  /** The filters of a member's SUBSCRIBE packet; none if the partition is retired. */
  public List<String> subscriptions(int partition) {
    return isRetired(partition) ? List.of() : sharedFilters();
  }

  /** The filters of a member's UNSUBSCRIBE packet. */
  public List<String> unsubscriptions(int partition) {
    if (!isRetired(partition)) {
      return formerFilters;
    }
    List<String> all = new ArrayList<>(sharedFilters());
    all.addAll(formerFilters);
    return all;
  }

  private List<String> sharedFilters() {
    return topics.stream().map(topic -> topic.shared(group)).toList();
  }
}
