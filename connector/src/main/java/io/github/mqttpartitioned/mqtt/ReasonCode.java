// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reason codes (section 2.4) that report a failure, what a user can do about them, and whether they
 * pass by themselves. A code from the wire stays a number, as a broker may send one that the
 * specification does not know.
 */
public enum ReasonCode {
  UNSPECIFIED_ERROR(0x80, "unspecified error", true),
  MALFORMED_PACKET(0x81, "malformed packet", false),
  PROTOCOL_ERROR(0x82, "protocol error", false),
  IMPLEMENTATION_SPECIFIC_ERROR(0x83, "implementation specific error", true),
  UNSUPPORTED_PROTOCOL_VERSION(
      0x84, "unsupported protocol version", false, "The broker must speak MQTT 5."),
  CLIENT_IDENTIFIER_NOT_VALID(
      0x85,
      "client identifier not valid",
      false,
      "Set clientIdPrefix to a value that the broker accepts."),
  BAD_USER_NAME_OR_PASSWORD(
      0x86, "bad user name or password", false, "Check the options username and password."),
  NOT_AUTHORIZED(
      0x87, "not authorized", false, "Check username, password and the broker's access rules."),
  SERVER_UNAVAILABLE(0x88, "server unavailable", true),
  SERVER_BUSY(0x89, "server busy", true),
  BANNED(0x8A, "banned", false),
  SERVER_SHUTTING_DOWN(0x8B, "server shutting down", true),
  BAD_AUTHENTICATION_METHOD(0x8C, "bad authentication method", false),
  KEEP_ALIVE_TIMEOUT(0x8D, "keep alive timeout", true),
  SESSION_TAKEN_OVER(0x8E, "session taken over", false),
  TOPIC_FILTER_INVALID(0x8F, "topic filter invalid", false, "Check the option topics."),
  TOPIC_NAME_INVALID(0x90, "topic name invalid", false),
  PACKET_IDENTIFIER_IN_USE(0x91, "packet identifier in use", true),
  PACKET_IDENTIFIER_NOT_FOUND(0x92, "packet identifier not found", false),
  RECEIVE_MAXIMUM_EXCEEDED(0x93, "receive maximum exceeded", false),
  TOPIC_ALIAS_INVALID(0x94, "topic alias invalid", false),
  PACKET_TOO_LARGE(0x95, "packet too large", false),
  MESSAGE_RATE_TOO_HIGH(0x96, "message rate too high", false),
  QUOTA_EXCEEDED(0x97, "quota exceeded", true),
  ADMINISTRATIVE_ACTION(0x98, "administrative action", false),
  PAYLOAD_FORMAT_INVALID(0x99, "payload format invalid", false),
  RETAIN_NOT_SUPPORTED(0x9A, "retain not supported", false),
  QOS_NOT_SUPPORTED(0x9B, "QoS not supported", false),
  USE_ANOTHER_SERVER(0x9C, "use another server", false),
  SERVER_MOVED(0x9D, "server moved", false),
  SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, "shared subscriptions not supported", false),
  CONNECTION_RATE_EXCEEDED(0x9F, "connection rate exceeded", true),
  MAXIMUM_CONNECT_TIME(0xA0, "maximum connect time", false),
  SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(0xA1, "subscription identifiers not supported", false),
  WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2, "wildcard subscriptions not supported", false);

  /** Success, and a normal DISCONNECT. */
  public static final int SUCCESS = 0;

  /** Success of a PUBLISH to a topic that no one has subscribed to. */
  public static final int NO_MATCHING_SUBSCRIBERS = 0x10;

  private static final int FIRST_FAILURE = 0x80;

  private static final Map<Integer, ReasonCode> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(ReasonCode::code, Function.identity()));

  private final int code;
  private final String meaning;
  private final boolean temporary;
  private final String advice;

  ReasonCode(int code, String meaning, boolean temporary) {
    this(code, meaning, temporary, "");
  }

  ReasonCode(int code, String meaning, boolean temporary, String advice) {
    this.code = code;
    this.meaning = meaning;
    this.temporary = temporary;
    this.advice = advice;
  }

  /** The number on the wire, 0x80 to 0xA2. */
  public int code() {
    return code;
  }

  /** The reason code with this number; empty if the specification has none. */
  public static Optional<ReasonCode> of(int code) {
    return Optional.ofNullable(BY_CODE.get(code));
  }

  /** Whether a code from the wire reports a failure. */
  public static boolean isFailure(int code) {
    return code >= FIRST_FAILURE;
  }

  /**
   * Whether the failure can pass by itself: a busy or restarting broker, as opposed to one that
   * gives the same answer again.
   */
  public static boolean isTemporary(int code) {
    return of(code).map(reason -> reason.temporary).orElse(false);
  }

  /**
   * A sentence for errors: the name, the number, what the broker itself says, and what to do.
   *
   * @param reasonString Reason String of the packet, fit to be printed; empty for none
   */
  public static String describe(int code, String reasonString) {
    Optional<ReasonCode> known = of(code);
    String meaning = known.map(reason -> reason.meaning).orElse("reason code");
    String quoted = reasonString.isEmpty() ? "" : ": \"" + reasonString + "\"";
    String advice = known.map(reason -> reason.advice).orElse("");
    return String.format(Locale.ROOT, "%s (0x%02X)%s. %s", meaning, code, quoted, advice).strip();
  }
}
