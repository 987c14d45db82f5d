// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.Batch;
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
          away may be lost. Check the broker's persistence and session expiry.""",
          settings.broker(partition),
          settings.clientId(partition),
          partition);
    }
    long asked = settings.sessionExpiry().toSeconds();
    if (connAck.sessionExpiry() >= 0 && connAck.sessionExpiry() < asked) {
      log.warn(
          "{} keeps the session of {} for only {} s, but sessionExpiry asks for {} s",
          settings.broker(partition),
          settings.clientId(partition),
          connAck.sessionExpiry(),
          asked);
    }
  }

  /** Authentication cannot be renewed now. */
  void notRenewed(CredentialsException cause) {
    log.warn(
        "[MQTT_CREDENTIALS_UNAVAILABLE] Partition {} has no new credentials for {} and tries again: {}",
        partition,
        settings.broker(partition),
        cause.getMessage());
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
