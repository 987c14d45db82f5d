// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CREDENTIALS_UNAVAILABLE;

import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.Batch;
import io.github.mqttpartitioned.store.StoreException;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/** Writes what happens to a member to the receiver's log. */
final class MemberLog {

  private final Logger log;
  private final SourceSettings settings;
  private final int partition;

  MemberLog(Logger log, SourceSettings settings, int partition) {
    this.log = log;
    this.settings = settings;
    this.partition = partition;
  }

  /** The same with other settings. */
  MemberLog with(SourceSettings others) {
    return new MemberLog(log, others, partition);
  }

  /**
   * The member is connected and subscribed.
   *
   * @param firstEver whether the member cannot have had a session before
   */
  void connected(ConnAck connAck, boolean firstEver) {
    log.info(
        "Partition {} is connected to {} as {}, its session is {}{}",
        partition,
        settings.broker(partition),
        settings.clientId(partition),
        connAck.sessionPresent() ? "resumed" : "new",
        settings.isRetired(partition) ? ": the partition is retired, its session is emptied" : "");
    if (settings.isRetired(partition)) {
      return;
    }
    if (!connAck.sessionPresent() && !firstEver && settings.qos() > 0) {
      log.warn(
          """
          {} has no session of {} any more: messages that were published while partition {} was \
          away may be lost. Look at the broker's persistence, at its limit of the session expiry, \
          and at what deletes idle sessions.""",
          settings.broker(partition),
          settings.clientId(partition),
          partition);
    }
    long asked = settings.sessionExpiry().toSeconds();
    if (connAck.sessionExpiry() >= 0 && connAck.sessionExpiry() < asked) {
      log.warn(
          """
          {} keeps the session of {} for only {} s after the connection has ended, but \
          sessionExpiry asks for {} s. Look at the broker's limit of the session expiry \
          (Mosquitto: persistent_client_expiration, EMQX: session_expiry_interval, AWS IoT Core: \
          persistent session expiry).""",
          settings.broker(partition),
          settings.clientId(partition),
          connAck.sessionExpiry(),
          asked);
    }
  }

  /** The store of the partition is open on another host. */
  void otherHost(StoreException cause) {
    log.info("Partition {} has another host: {}", partition, cause.getMessage());
  }

  /** Authentication cannot be renewed now. */
  void notRenewed(CredentialsException cause) {
    log.warn(
        MQTT_CREDENTIALS_UNAVAILABLE.message(
            "Partition {} has no new credentials for {} and tries again: {}"),
        partition,
        settings.broker(partition),
        cause.getMessage());
  }

  /** The broker has not accepted SUBSCRIBE or UNSUBSCRIBE with many topic filters. */
  void smallerPackets(int filters) {
    log.warn(
        """
        {} does not accept so many topic filters in one packet. Partition {} tries again with at \
        most {} in each""",
        settings.broker(partition),
        partition,
        filters);
  }

  /** The session delivers topics that the query does not read. */
  void foreignTopics(Set<String> topics, long messages) {
    log.warn(
        """
        The session of {} was left by another query with the same client id, and is subscribed to \
        topics that this query does not read: {}{}. These subscriptions are ended. {} messages of \
        them so far are acknowledged and make no row""",
        settings.clientId(partition),
        PrintableText.of(topics.stream().limit(3).collect(Collectors.joining(", "))),
        topics.size() > 3 ? " and others" : "",
        messages);
  }

  void deadLetters(Batch batch) {
    for (Batch.MalformedPublish message : batch.deadLetters()) {
      log.error(
          """
          Partition {} keeps a malformed message of {} bytes as a dead letter, because {} has sent \
          it twice: {}. The message is acknowledged and makes no row""",
          partition,
          message.body().remaining(),
          settings.broker(partition),
          message.reason());
    }
  }
}
