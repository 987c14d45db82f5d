// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_AUTHENTICATION_FAILED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BROKER_SILENT;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BROKER_UNREACHABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONFIRMATION_MISSING;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONNECTION_LOST;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONNECTION_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CREDENTIALS_UNAVAILABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_DISCONNECTED_BY_BROKER;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_ROW_INVALID;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_ROW_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SENDER_FAILED;

import io.github.mqttpartitioned.error.ErrorCondition;
import io.github.mqttpartitioned.mqtt.PrintableText;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.mqtt.credentials.AuthenticationException;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Rows cannot be written. The message names the row, or the sender and its broker, says what has
 * happened, and how to fix it. Texts of rows and brokers are fit to be printed.
 */
public final class SinkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean isFinal;

  private SinkException(
      boolean isFinal, ErrorCondition condition, String message, @Nullable Throwable cause) {
    super(condition.message(message), cause);
    this.isFinal = isFinal;
  }

  /** Whether another attempt to connect cannot help. */
  boolean isFinal() {
    return isFinal;
  }

  /**
   * A row cannot become a message.
   *
   * @param row number of the row in its task, from 0
   * @param partition number of the task in its batch
   * @param topic of the row; null if that is what is wrong
   * @param fault continues a sentence about the row
   */
  public static SinkException invalidRow(
      long row, int partition, @Nullable String topic, String fault) {
    return new SinkException(
        true, MQTT_ROW_INVALID, "%s %s.".formatted(row(row, partition, topic), fault), null);
  }

  static SinkException refusedRow(
      long row, int partition, String topic, int reasonCode, String reasonString) {
    return new SinkException(
        true,
        MQTT_ROW_REFUSED,
        "%s was refused: the broker said %s"
            .formatted(row(row, partition, topic), ReasonCode.describe(reasonCode, reasonString)),
        null);
  }

  private static String row(long row, int partition, @Nullable String topic) {
    return topic == null
        ? "Row %d of partition %d".formatted(row, partition)
        : "Row %d of partition %d, topic '%s',".formatted(row, partition, PrintableText.of(topic));
  }

  static SinkException unreachable(SenderName name, Duration limit, Throwable cause) {
    return new SinkException(
        false,
        MQTT_BROKER_UNREACHABLE,
        """
        %s cannot connect within connectTimeout=%dms: %s. Check brokerUrl, and check that the \
        broker runs and can be reached from this host."""
            .formatted(name, limit.toMillis(), PrintableText.ofInnermost(cause)),
        cause);
  }

  static SinkException lost(SenderName name, Throwable cause) {
    return new SinkException(
        false,
        MQTT_CONNECTION_LOST,
        """
        %s has lost its connection: %s. If that happens again and again, look at the broker's \
        log: a message may be too large for the broker, or not permitted."""
            .formatted(name, PrintableText.ofInnermost(cause)),
        cause);
  }

  static SinkException noCredentials(SenderName name, CredentialsException cause) {
    return new SinkException(
        cause.isFinal(),
        MQTT_CREDENTIALS_UNAVAILABLE,
        "%s has no credentials: %s.".formatted(name, cause.getMessage()),
        cause);
  }

  static SinkException notAuthenticated(SenderName name, AuthenticationException cause) {
    return new SinkException(
        true,
        MQTT_AUTHENTICATION_FAILED,
        """
        %s ended its connection: %s. Check authenticationMethod, and check that brokerUrl names \
        the right broker."""
            .formatted(name, cause.getMessage()),
        cause);
  }

  static SinkException refused(SenderName name, int reasonCode, String reasonString) {
    return new SinkException(
        !ReasonCode.isTemporary(reasonCode),
        MQTT_CONNECTION_REFUSED,
        "%s cannot connect: the broker said %s"
            .formatted(name, ReasonCode.describe(reasonCode, reasonString)),
        null);
  }

  static SinkException disconnected(SenderName name, int reasonCode, String reasonString) {
    return new SinkException(
        reasonCode != ReasonCode.SUCCESS && !ReasonCode.isTemporary(reasonCode),
        MQTT_DISCONNECTED_BY_BROKER,
        "%s was disconnected: the broker said %s"
            .formatted(name, ReasonCode.describe(reasonCode, reasonString)),
        null);
  }

  static SinkException silent(SenderName name, Duration limit) {
    return new SinkException(
        false,
        MQTT_BROKER_SILENT,
        """
        %s cannot connect: the broker did not answer CONNECT within connectTimeout=%dms. Look at \
        the broker's load, or raise connectTimeout."""
            .formatted(name, limit.toMillis()),
        null);
  }

  static SinkException unconfirmed(SenderName name, long messages, Duration limit) {
    return new SinkException(
        true,
        MQTT_CONFIRMATION_MISSING,
        """
        %s is connected, but the broker has confirmed none of %d messages for \
        connectTimeout=%dms. Look at the broker's load, or raise connectTimeout."""
            .formatted(name, messages, limit.toMillis()),
        null);
  }

  static SinkException broken(SenderName name, Throwable cause) {
    return new SinkException(
        true,
        MQTT_SENDER_FAILED,
        "%s cannot continue: %s.".formatted(name, PrintableText.of(cause.toString())),
        cause);
  }
}
