// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_AUTHENTICATION_FAILED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BROKER_SILENT;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_BROKER_UNREACHABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONNECTION_LOST;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CONNECTION_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CREDENTIALS_UNAVAILABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_DEAD_LETTER_DIR_UNUSABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_DISCONNECTED_BY_BROKER;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_MALFORMED_PACKET;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_MEMBER_FAILED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_MESSAGE_TOO_LARGE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_QOS_NOT_GRANTED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SESSION_TAKEN_OVER;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SUBSCRIPTION_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_UNSUBSCRIPTION_REFUSED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_WILDCARDS_UNAVAILABLE;

import io.github.mqttpartitioned.error.ErrorCondition;
import io.github.mqttpartitioned.mqtt.credentials.AuthenticationException;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.NetworkException;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.packet.PrintableText;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode.Passes;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.PacketTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * A member cannot do its work. The message names the member, its partition and its broker, says
 * what has happened, and how to fix it. {@link #passes} says whether another attempt can help.
 */
public final class MemberException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Passes passes;
  private final ErrorCondition condition;

  /** The Server Reference of a broker that sends the member elsewhere; empty for none. */
  private final String elsewhere;

  private MemberException(
      Passes passes, ErrorCondition condition, String message, @Nullable Throwable cause) {
    this(passes, condition, message, "", cause);
  }

  private MemberException(
      Passes passes,
      ErrorCondition condition,
      String message,
      String elsewhere,
      @Nullable Throwable cause) {
    super(condition.message(message), cause);
    this.passes = passes;
    this.condition = condition;
    this.elsewhere = elsewhere;
  }

  /** Whether another attempt can help. */
  Passes passes() {
    return passes;
  }

  /** Whether each entry point of a broker's cluster would give the same result. */
  boolean isSameEverywhere() {
    return passes == Passes.NEVER;
  }

  /** The servers that the broker names instead of itself; empty for none. */
  String elsewhere() {
    return elsewhere;
  }

  /** Whether another client has taken the session over. */
  boolean isTakeover() {
    return condition == MQTT_SESSION_TAKEN_OVER;
  }

  /** Whether a connection that worked ended without a word of the broker. */
  boolean isLost() {
    return condition == MQTT_CONNECTION_LOST;
  }

  /** Whether the broker has refused CONNECT, SUBSCRIBE or UNSUBSCRIBE with a reason code. */
  boolean isRefusal() {
    return condition == MQTT_CONNECTION_REFUSED
        || condition == MQTT_SUBSCRIPTION_REFUSED
        || condition == MQTT_UNSUBSCRIPTION_REFUSED;
  }

  static MemberException unreachable(SourceSettings settings, int partition, Throwable cause) {
    NetworkException known = NetworkException.in(cause);
    if (known != null) {
      return new MemberException(
          known.isFinal() ? Passes.AFTER_A_GOOD_SESSION : Passes.BY_ITSELF,
          known.condition(),
          "%s cannot connect: %s. %s"
              .formatted(
                  member(settings, partition),
                  PrintableText.of(String.valueOf(known.getMessage())),
                  known.advice())
              .strip(),
          cause);
    }
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_BROKER_UNREACHABLE,
        """
        %s cannot connect: %s. Check brokerUrl, and check that the broker runs and can be reached \
        from this host."""
            .formatted(member(settings, partition), PrintableText.ofInnermost(cause)),
        cause);
  }

  static MemberException closedUponConnect(
      SourceSettings settings, int partition, Throwable cause) {
    if (NetworkException.in(cause) != null) {
      return unreachable(settings, partition, cause);
    }
    BrokerUrl broker = settings.broker(partition);
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_BROKER_UNREACHABLE,
        """
        %s cannot connect: the broker closed the connection without an answer to CONNECT (%s). \
        Look at its log, and at its limit of connections (Mosquitto: max_connections), which must \
        allow %d members. Check brokerUrl: port %d must be a port for MQTT 5 %s."""
            .formatted(
                member(settings, partition),
                PrintableText.ofInnermost(cause),
                settings.partitions(),
                broker.port(),
                broker.isTls()
                    ? "with TLS"
                    : "without TLS (for TLS, write %s)"
                        .formatted(broker.isWebSocket() ? "wss://" : "ssl://")),
        cause);
  }

  static MemberException closedUponSubscribe(
      SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_CONNECTION_LOST,
        """
        %s cannot subscribe: the broker closed the connection upon SUBSCRIBE with %d topic filters \
        (%s). Look at its log, at its limit of the packet size (Mosquitto: max_packet_size), and \
        at its limits of topic filters, subscriptions and access."""
            .formatted(
                member(settings, partition),
                settings.subscriptions(partition).size(),
                PrintableText.ofInnermost(cause)),
        cause);
  }

  static MemberException refused(
      SourceSettings settings, int partition, int reasonCode, String reasonString, String server) {
    return new MemberException(
        ReasonCode.passes(reasonCode),
        MQTT_CONNECTION_REFUSED,
        "%s cannot connect: the broker said %s"
            .formatted(
                member(settings, partition), ReasonCode.describe(reasonCode, reasonString, server)),
        ReasonCode.sendsElsewhere(reasonCode) ? server : "",
        null);
  }

  /** There is nothing to connect with. */
  static MemberException noCredentials(
      SourceSettings settings, int partition, CredentialsException cause) {
    return new MemberException(
        cause.isFinal() ? Passes.AFTER_A_GOOD_SESSION : Passes.BY_ITSELF,
        MQTT_CREDENTIALS_UNAVAILABLE,
        "%s has no credentials: %s.".formatted(member(settings, partition), cause.getMessage()),
        cause);
  }

  static MemberException notAuthenticated(
      SourceSettings settings, int partition, AuthenticationException cause) {
    return new MemberException(
        Passes.NEVER,
        MQTT_AUTHENTICATION_FAILED,
        """
        %s ended its connection: %s. Check authenticationMethod, and check that brokerUrl names \
        the right broker."""
            .formatted(member(settings, partition), cause.getMessage()),
        cause);
  }

  static MemberException lost(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_CONNECTION_LOST,
        "%s lost its connection: %s."
            .formatted(member(settings, partition), PrintableText.ofInnermost(cause)),
        cause);
  }

  static MemberException malformed(
      SourceSettings settings, int partition, MalformedPacketException cause) {
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_MALFORMED_PACKET,
        "%s closed its connection, because the broker sent what MQTT 5 does not allow: %s."
            .formatted(member(settings, partition), cause.getMessage()),
        cause);
  }

  static MemberException tooLarge(
      SourceSettings settings, int partition, PacketTooLargeException cause) {
    return new MemberException(
        Passes.NEVER,
        MQTT_MESSAGE_TOO_LARGE,
        """
            %s was sent a packet of %d bytes. A heap of %d bytes allows %d: a packet takes twice \
            its length while it is received, and at most half of the heap. The message stays at \
            the broker. Give this JVM a heap of %d bytes at least: spark.executor.memory, or \
            spark.driver.memory in local mode."""
            .formatted(
                member(settings, partition),
                cause.length(),
                cause.heapBytes(),
                cause.largest(),
                4L * cause.length()),
        cause);
  }

  static MemberException noDeadLetterDir(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        Passes.NEVER,
        MQTT_DEAD_LETTER_DIR_UNUSABLE,
        """
            %s cannot write to deadLetterDir=%s on this host: %s. Give a directory that the user \
            of this process can create or write to, on each host that runs executors."""
            .formatted(
                member(settings, partition),
                settings.deadLetterDir(),
                PrintableText.ofInnermost(cause)),
        cause);
  }

  static MemberException broken(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        Passes.NEVER,
        MQTT_MEMBER_FAILED,
        "%s cannot continue: %s."
            .formatted(member(settings, partition), PrintableText.of(cause.toString())),
        cause);
  }

  static MemberException ended(SourceSettings settings, int partition, Disconnect disconnect) {
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_DISCONNECTED_BY_BROKER,
        "%s was disconnected: the broker said %s"
            .formatted(
                member(settings, partition),
                ReasonCode.describe(
                    disconnect.reasonCode(), disconnect.reason(), disconnect.server())),
        ReasonCode.sendsElsewhere(disconnect.reasonCode()) ? disconnect.server() : "",
        null);
  }

  static MemberException silent(SourceSettings settings, int partition, String packet) {
    return new MemberException(
        Passes.BY_ITSELF,
        MQTT_BROKER_SILENT,
        """
        %s cannot connect: the broker did not answer %s within connectTimeout=%dms. Look at the \
        broker's load, or raise connectTimeout."""
            .formatted(member(settings, partition), packet, settings.connectTimeout().toMillis()),
        null);
  }

  static MemberException takenOver(SourceSettings settings, int partition) {
    return new MemberException(
        Passes.NEVER,
        MQTT_SESSION_TAKEN_OVER,
        """
        %s was taken over by another client with the same client id (0x%02X). Stop the other query \
        that runs on this checkpoint, or give each query a clientIdPrefix of its own."""
            .formatted(member(settings, partition), ReasonCode.SESSION_TAKEN_OVER.code()),
        null);
  }

  static MemberException takenOverByPace(SourceSettings settings, int partition) {
    return new MemberException(
        Passes.NEVER,
        MQTT_SESSION_TAKEN_OVER,
        """
        %s lost its connection %d times in a row, each time just as another client with the same \
        client id would take it over. Stop the other query that uses these client ids, or give \
        each query a clientIdPrefix of its own."""
            .formatted(member(settings, partition), TakeoverPace.CONNECTIONS),
        null);
  }

  static MemberException noSharedSubscriptions(SourceSettings settings, int partition) {
    return new MemberException(
        Passes.NEVER,
        MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE,
        """
        %s cannot connect: the broker has no shared subscriptions ($share), which distribute the \
        messages among the partitions. Switch them on in the broker, or use a broker that has \
        them."""
            .formatted(member(settings, partition)),
        null);
  }

  static MemberException noWildcards(SourceSettings settings, int partition, String filter) {
    return new MemberException(
        Passes.NEVER,
        MQTT_WILDCARDS_UNAVAILABLE,
        """
        %s cannot connect: the broker has no wildcard subscriptions, and topics holds %s. Give \
        topic filters without wildcards, or switch wildcards on in the broker."""
            .formatted(member(settings, partition), PrintableText.of(filter)),
        null);
  }

  static MemberException filterTooLarge(
      SourceSettings settings, int partition, String filter, long maximumPacketSize) {
    return new MemberException(
        Passes.NEVER,
        MQTT_SUBSCRIPTION_REFUSED,
        """
        %s cannot subscribe to %s: the broker takes packets of at most %d bytes. Raise its limit \
        of the packet size (Mosquitto: max_packet_size), or shorten group or topics."""
            .formatted(member(settings, partition), PrintableText.of(filter), maximumPacketSize),
        null);
  }

  static MemberException notSubscribed(
      SourceSettings settings, int partition, String filter, int reasonCode, String reasonString) {
    return new MemberException(
        ReasonCode.passes(reasonCode),
        MQTT_SUBSCRIPTION_REFUSED,
        "%s cannot subscribe to %s: the broker said %s"
            .formatted(
                member(settings, partition),
                PrintableText.of(filter),
                ReasonCode.describe(reasonCode, reasonString)),
        null);
  }

  static MemberException notUnsubscribed(
      SourceSettings settings, int partition, String filter, int reasonCode, String reasonString) {
    return new MemberException(
        ReasonCode.passes(reasonCode),
        MQTT_UNSUBSCRIPTION_REFUSED,
        """
        %s cannot unsubscribe from %s, which the query no longer reads: the broker said %s"""
            .formatted(
                member(settings, partition),
                PrintableText.of(filter),
                ReasonCode.describe(reasonCode, reasonString)),
        null);
  }

  static MemberException lowerQos(
      SourceSettings settings, int partition, String filter, int granted) {
    return new MemberException(
        Passes.NEVER,
        MQTT_QOS_NOT_GRANTED,
        """
        %s asked for qos=%d on %s, and the broker grants only %d. Set qos=%d and accept its \
        guarantee, or raise the broker's maximum."""
            .formatted(
                member(settings, partition),
                settings.qos(),
                PrintableText.of(filter),
                granted,
                granted),
        null);
  }

  private static String member(SourceSettings settings, int partition) {
    return "Member %s of partition %d at %s"
        .formatted(settings.clientId(partition), partition, settings.broker(partition));
  }
}
