// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_DEAD_LETTER_DIR_UNUSABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_MESSAGE_TOO_LARGE;

import io.github.mqttpartitioned.mqtt.MalformedPacketException;
import io.github.mqttpartitioned.option.SourceSettings;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A member cannot do its work: which partition, which broker, what the broker said, how to mend.
 *
 * <p>A final one will not get better by trying again; the others may.
 */
public final class MemberException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Reason codes of section 2.4 that a broker refuses with, and what to do about them. */
  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(0x80, "unspecified error"),
          Map.entry(0x81, "malformed packet"),
          Map.entry(0x82, "protocol error"),
          Map.entry(0x83, "implementation specific error"),
          Map.entry(0x84, "unsupported protocol version. The broker must speak MQTT 5"),
          Map.entry(0x85, "client identifier not valid. Set clientIdPrefix to one that it accepts"),
          Map.entry(0x86, "bad user name or password. Check the options username and password"),
          Map.entry(0x87, "not authorised. Check username, password and the broker's access rules"),
          Map.entry(0x88, "server unavailable"),
          Map.entry(0x89, "server busy"),
          Map.entry(0x8A, "banned"),
          Map.entry(0x8B, "server shutting down"),
          Map.entry(0x8C, "bad authentication method"),
          Map.entry(0x8D, "keep alive timeout"),
          Map.entry(0x8E, "session taken over"),
          Map.entry(0x8F, "topic filter invalid. Check the option topics"),
          Map.entry(0x91, "packet identifier in use"),
          Map.entry(0x93, "receive maximum exceeded"),
          Map.entry(0x95, "packet too large"),
          Map.entry(0x97, "quota exceeded"),
          Map.entry(0x9C, "use another server"),
          Map.entry(0x9D, "server moved"),
          Map.entry(0x9E, "shared subscriptions not supported"),
          Map.entry(0x9F, "connection rate exceeded"),
          Map.entry(0xA1, "subscription identifiers not supported"),
          Map.entry(0xA2, "wildcard subscriptions not supported"));

  /** What a busy or restarting broker says, as opposed to one that will say the same again. */
  private static boolean isPassing(int reasonCode) {
    return switch (reasonCode) {
      case 0x80, 0x83, 0x88, 0x89, 0x8B, 0x8D, 0x91, 0x97, 0x9F -> true;
      default -> false;
    };
  }

  private final boolean isFinal;
  private final boolean isTakeover;

  private MemberException(boolean isFinal, String message, @Nullable Throwable cause) {
    this(isFinal, false, message, cause);
  }

  private MemberException(
      boolean isFinal, boolean isTakeover, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.isFinal = isFinal;
    this.isTakeover = isTakeover;
  }

  /** Whether trying again cannot help. */
  boolean isFinal() {
    return isFinal;
  }

  /** Whether another client has taken the session over. */
  boolean isTakeover() {
    return isTakeover;
  }

  static MemberException unreachable(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        false,
        cannotConnect(settings, partition)
            + innermost(cause)
            + ". Check brokerUrl, and that the broker runs and can be reached from this host",
        cause);
  }

  static MemberException refused(
      SourceSettings settings, int partition, int reasonCode, String words) {
    return new MemberException(
        !isPassing(reasonCode),
        cannotConnect(settings, partition) + "the broker said " + said(reasonCode, words),
        null);
  }

  static MemberException lost(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        false, who(settings, partition) + " lost its connection: " + innermost(cause), cause);
  }

  static MemberException malformed(
      SourceSettings settings, int partition, MalformedPacketException cause) {
    return new MemberException(
        false,
        who(settings, partition)
            + " closed its connection, because the broker sent what MQTT 5 does not allow: "
            + cause.getMessage(),
        cause);
  }

  static MemberException tooLarge(
      SourceSettings settings, int partition, PacketTooLargeException cause) {
    return new MemberException(
        true,
        MQTT_MESSAGE_TOO_LARGE.message(
            """
            %s was sent a packet of %d bytes. A heap of %d bytes allows %d: a packet takes twice \
            its length while it is received, and at most half of the heap. The message stays at \
            the broker. Give this JVM a heap of %d bytes at least: spark.executor.memory, or \
            spark.driver.memory in local mode"""
                .formatted(
                    who(settings, partition),
                    cause.length(),
                    cause.heapBytes(),
                    cause.largest(),
                    4L * cause.length())),
        cause);
  }

  static MemberException noDeadLetterDir(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(
        true,
        MQTT_DEAD_LETTER_DIR_UNUSABLE.message(
            """
            %s cannot write to deadLetterDir=%s on this host: %s. Give a directory that the user \
            of this process can create or write to, on each host that runs executors"""
                .formatted(who(settings, partition), settings.deadLetterDir(), innermost(cause))),
        cause);
  }

  static MemberException broken(SourceSettings settings, int partition, Throwable cause) {
    return new MemberException(true, who(settings, partition) + " cannot go on: " + cause, cause);
  }

  static MemberException ended(
      SourceSettings settings, int partition, int reasonCode, String words) {
    return new MemberException(
        false,
        who(settings, partition) + " was disconnected: the broker said " + said(reasonCode, words),
        null);
  }

  static MemberException silent(SourceSettings settings, int partition, String packet) {
    return new MemberException(
        false,
        cannotConnect(settings, partition)
            + "the broker did not answer "
            + packet
            + " within connectTimeout="
            + settings.connectTimeout().toMillis()
            + "ms",
        null);
  }

  static MemberException takenOver(SourceSettings settings, int partition) {
    return new MemberException(
        true,
        true,
        who(settings, partition)
            + " was taken over by another client with the same client id (0x8E). Stop the other"
            + " query that runs on this checkpoint, or give each query a clientIdPrefix of its own",
        null);
  }

  static MemberException noSharedSubscriptions(SourceSettings settings, int partition) {
    return new MemberException(
        true,
        cannotConnect(settings, partition)
            + "the broker has no shared subscriptions ($share), which deal the messages out to the"
            + " partitions. Switch them on in the broker, or use one that has them",
        null);
  }

  static MemberException noWildcards(SourceSettings settings, int partition, String filter) {
    return new MemberException(
        true,
        cannotConnect(settings, partition)
            + "the broker has no wildcard subscriptions, and topics holds "
            + filter,
        null);
  }

  static MemberException notSubscribed(
      SourceSettings settings, int partition, String filter, int reasonCode, String words) {
    return new MemberException(
        !isPassing(reasonCode),
        who(settings, partition)
            + " cannot subscribe to "
            + filter
            + ": the broker said "
            + said(reasonCode, words),
        null);
  }

  static MemberException notUnsubscribed(
      SourceSettings settings, int partition, String filter, int reasonCode, String words) {
    return new MemberException(
        !isPassing(reasonCode),
        who(settings, partition)
            + " cannot unsubscribe from "
            + filter
            + ", which it is no longer to receive: the broker said "
            + said(reasonCode, words),
        null);
  }

  static MemberException lowerQos(
      SourceSettings settings, int partition, String filter, int granted) {
    return new MemberException(
        true,
        who(settings, partition)
            + " asked for qos="
            + settings.qos()
            + " on "
            + filter
            + ", and the broker grants only "
            + granted
            + ". Set qos="
            + granted
            + " and accept its guarantee, or raise the broker's maximum",
        null);
  }

  private static String who(SourceSettings settings, int partition) {
    return "Member "
        + settings.clientId(partition)
        + " of partition "
        + partition
        + " at "
        + settings.broker(partition);
  }

  private static String cannotConnect(SourceSettings settings, int partition) {
    return who(settings, partition) + " cannot connect: ";
  }

  private static String said(int reasonCode, String words) {
    String meaning = REASONS.getOrDefault(reasonCode, "reason code");
    int stop = meaning.indexOf(". ");
    String code = String.format(Locale.ROOT, " (0x%02X)", reasonCode);
    String name = stop < 0 ? meaning : meaning.substring(0, stop);
    String advice = stop < 0 ? "" : meaning.substring(stop);
    return name + code + (words.isEmpty() ? "" : ": \"" + words + "\"") + advice;
  }

  private static String innermost(Throwable cause) {
    Throwable inner = cause;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    String message = inner.getMessage();
    return message == null || message.isBlank()
        ? inner.getClass().getSimpleName()
        : inner.getClass().getSimpleName() + ": " + message;
  }
}
