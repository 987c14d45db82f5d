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
import io.github.mqttpartitioned.mqtt.credentials.AuthenticationException;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.network.NetworkException;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode.Passes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Rows cannot be written. The message names the row, or the sender and its broker, says what has
 * happened, and how to fix it. Texts of rows and brokers are fit to be printed. {@link #passes}
 * says whether another attempt to connect can help.
 */
public final class SinkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Passes passes;

  /** The Server Reference of a broker that sends the sender elsewhere; empty for none. */
  private final String elsewhere;

  private SinkException(
      Passes passes, ErrorCondition condition, String message, @Nullable Throwable cause) {
    this(passes, condition, message, "", cause);
  }

  private SinkException(
      Passes passes,
      ErrorCondition condition,
      String message,
      String elsewhere,
      @Nullable Throwable cause) {
    super(condition.message(message), cause);
    this.passes = passes;
    this.elsewhere = elsewhere;
  }

  /** Whether another attempt to connect can help. */
  Passes passes() {
    return passes;
  }

  /** The servers that the broker names instead of itself; empty for none. */
  String elsewhere() {
    return elsewhere;
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
        Passes.NEVER,
        MQTT_ROW_INVALID,
        "%s %s.".formatted(row(row, partition, topic), fault),
        null);
  }

  static SinkException refusedRow(
      long row, int partition, String topic, int reasonCode, String reasonString) {
    return new SinkException(
        Passes.NEVER,
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
    NetworkException known = NetworkException.in(cause);
    if (known != null) {
      return new SinkException(
          known.isFinal() ? Passes.AFTER_A_GOOD_SESSION : Passes.BY_ITSELF,
          known.condition(),
          "%s cannot connect: %s. %s"
              .formatted(name, PrintableText.of(String.valueOf(known.getMessage())), known.advice())
              .strip(),
          cause);
    }
    return new SinkException(
        Passes.BY_ITSELF,
        MQTT_BROKER_UNREACHABLE,
        """
        %s cannot connect within connectTimeout=%dms: %s. Check brokerUrl, and check that the \
        broker runs and can be reached from this host."""
            .formatted(name, limit.toMillis(), PrintableText.ofInnermost(cause)),
        cause);
  }

  static SinkException lost(SenderName name, Throwable cause) {
    return new SinkException(
        Passes.BY_ITSELF,
        MQTT_CONNECTION_LOST,
        """
        %s has lost its connection: %s. If that happens again and again, look at the broker's \
        log: a message may be too large for the broker, or not permitted."""
            .formatted(name, PrintableText.ofInnermost(cause)),
        cause);
  }

  static SinkException noCredentials(SenderName name, CredentialsException cause) {
    return new SinkException(
        cause.isFinal() ? Passes.AFTER_A_GOOD_SESSION : Passes.BY_ITSELF,
        MQTT_CREDENTIALS_UNAVAILABLE,
        "%s has no credentials: %s.".formatted(name, cause.getMessage()),
        cause);
  }

  static SinkException notAuthenticated(SenderName name, AuthenticationException cause) {
    return new SinkException(
        Passes.NEVER,
        MQTT_AUTHENTICATION_FAILED,
        """
        %s ended its connection: %s. Check authenticationMethod, and check that brokerUrl names \
        the right broker."""
            .formatted(name, cause.getMessage()),
        cause);
  }

  static SinkException refused(SenderName name, ConnAck connAck) {
    int code = connAck.reasonCode();
    return new SinkException(
        ReasonCode.passes(code),
        MQTT_CONNECTION_REFUSED,
        "%s cannot connect: the broker said %s"
            .formatted(name, ReasonCode.describe(code, connAck.reason(), connAck.server())),
        ReasonCode.sendsElsewhere(code) ? connAck.server() : "",
        null);
  }

  static SinkException disconnected(SenderName name, Disconnect disconnect) {
    int code = disconnect.reasonCode();
    return new SinkException(
        code == ReasonCode.SUCCESS ? Passes.BY_ITSELF : ReasonCode.passes(code),
        MQTT_DISCONNECTED_BY_BROKER,
        "%s was disconnected: the broker said %s"
            .formatted(name, ReasonCode.describe(code, disconnect.reason(), disconnect.server())),
        ReasonCode.sendsElsewhere(code) ? disconnect.server() : "",
        null);
  }

  static SinkException silent(SenderName name, Duration limit) {
    return new SinkException(
        Passes.BY_ITSELF,
        MQTT_BROKER_SILENT,
        """
        %s cannot connect: the broker did not answer CONNECT within connectTimeout=%dms. Look at \
        the broker's load, or raise connectTimeout."""
            .formatted(name, limit.toMillis()),
        null);
  }

  static SinkException unconfirmed(SenderName name, long messages, Duration limit) {
    return new SinkException(
        Passes.NEVER,
        MQTT_CONFIRMATION_MISSING,
        """
        %s is connected, but the broker has confirmed none of %d messages for \
        connectTimeout=%dms. Look at the broker's load, or raise connectTimeout."""
            .formatted(name, messages, limit.toMillis()),
        null);
  }

  static SinkException broken(SenderName name, Throwable cause) {
    return new SinkException(
        Passes.NEVER,
        MQTT_SENDER_FAILED,
        "%s cannot continue: %s.".formatted(name, PrintableText.of(cause.toString())),
        cause);
  }
}
