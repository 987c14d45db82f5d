// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reason codes (section 2.4) that report a failure, what a user can do about them, and whether they
 * {@linkplain Passes pass}. A code from the wire stays a number, as a broker may send one that the
 * specification does not know.
 */
public enum ReasonCode {
  UNSPECIFIED_ERROR(0x80, "unspecified error", Passes.BY_ITSELF),
  MALFORMED_PACKET(0x81, "malformed packet", Passes.NEVER),
  PROTOCOL_ERROR(0x82, "protocol error", Passes.NEVER),
  IMPLEMENTATION_SPECIFIC_ERROR(0x83, "implementation specific error", Passes.BY_ITSELF),
  UNSUPPORTED_PROTOCOL_VERSION(
      0x84, "unsupported protocol version", Passes.NEVER, "The broker must speak MQTT 5."),
  CLIENT_IDENTIFIER_NOT_VALID(
      0x85,
      "client identifier not valid",
      Passes.NEVER,
      "Set clientIdPrefix to a value that the broker accepts."),
  BAD_USER_NAME_OR_PASSWORD(
      0x86,
      "bad user name or password",
      Passes.AFTER_A_GOOD_SESSION,
      "Check the options username and password."),
  NOT_AUTHORIZED(
      0x87,
      "not authorized",
      Passes.AFTER_A_GOOD_SESSION,
      "Check username, password and the broker's access rules."),
  SERVER_UNAVAILABLE(0x88, "server unavailable", Passes.BY_ITSELF),
  SERVER_BUSY(0x89, "server busy", Passes.BY_ITSELF),
  BANNED(
      0x8A,
      "banned",
      Passes.AFTER_A_GOOD_SESSION,
      """
      Look at the broker's list of banned clients. A broker may ban a client that connects too \
      often (EMQX: flapping_detect)."""),
  SERVER_SHUTTING_DOWN(0x8B, "server shutting down", Passes.BY_ITSELF),
  BAD_AUTHENTICATION_METHOD(
      0x8C,
      "bad authentication method",
      Passes.AFTER_A_GOOD_SESSION,
      "Check which methods of authentication the broker accepts."),
  KEEP_ALIVE_TIMEOUT(0x8D, "keep alive timeout", Passes.BY_ITSELF),
  SESSION_TAKEN_OVER(0x8E, "session taken over", Passes.NEVER),
  TOPIC_FILTER_INVALID(0x8F, "topic filter invalid", Passes.NEVER, "Check the option topics."),
  TOPIC_NAME_INVALID(0x90, "topic name invalid", Passes.NEVER),
  PACKET_IDENTIFIER_IN_USE(0x91, "packet identifier in use", Passes.BY_ITSELF),
  PACKET_IDENTIFIER_NOT_FOUND(0x92, "packet identifier not found", Passes.NEVER),
  RECEIVE_MAXIMUM_EXCEEDED(0x93, "receive maximum exceeded", Passes.NEVER),
  TOPIC_ALIAS_INVALID(0x94, "topic alias invalid", Passes.NEVER),
  PACKET_TOO_LARGE(
      0x95,
      "packet too large",
      Passes.NEVER,
      "Look at the broker's limit of the packet size (Mosquitto: max_packet_size)."),
  MESSAGE_RATE_TOO_HIGH(0x96, "message rate too high", Passes.BY_ITSELF),
  QUOTA_EXCEEDED(
      0x97,
      "quota exceeded",
      Passes.BY_ITSELF,
      "Look at the broker's limits of connections, sessions and subscriptions."),
  ADMINISTRATIVE_ACTION(0x98, "administrative action", Passes.AFTER_A_GOOD_SESSION),
  PAYLOAD_FORMAT_INVALID(0x99, "payload format invalid", Passes.NEVER),
  RETAIN_NOT_SUPPORTED(0x9A, "retain not supported", Passes.NEVER),
  QOS_NOT_SUPPORTED(0x9B, "QoS not supported", Passes.NEVER),
  USE_ANOTHER_SERVER(
      0x9C,
      "use another server",
      Passes.BY_ITSELF,
      "Give the server that the broker names in brokerUrl, or set brokerMode=cluster to follow it."),
  SERVER_MOVED(
      0x9D,
      "server moved",
      Passes.BY_ITSELF,
      "Give the server that the broker names in brokerUrl, or set brokerMode=cluster to follow it."),
  SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E, "shared subscriptions not supported", Passes.NEVER),
  CONNECTION_RATE_EXCEEDED(0x9F, "connection rate exceeded", Passes.BY_ITSELF),
  MAXIMUM_CONNECT_TIME(0xA0, "maximum connect time", Passes.BY_ITSELF),
  SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED(
      0xA1, "subscription identifiers not supported", Passes.NEVER),
  WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED(0xA2, "wildcard subscriptions not supported", Passes.NEVER);

  /** Whether the same request can succeed later. */
  public enum Passes {

    /** The broker restarts, is busy, or sends its clients to another node. */
    BY_ITSELF,

    /**
     * Once a client has been connected with the same settings: what the broker depends on is away,
     * a token has expired, a ban has an end. At a first start the settings are wrong.
     */
    AFTER_A_GOOD_SESSION,

    /** The broker gives the same answer again. */
    NEVER;

    /**
     * Whether another attempt can help.
     *
     * @param settingsHaveWorked whether the client has been connected with the same settings
     */
    public boolean isExpected(boolean settingsHaveWorked) {
      return this == BY_ITSELF || (this == AFTER_A_GOOD_SESSION && settingsHaveWorked);
    }
  }

  /** Success, and a normal DISCONNECT. */
  public static final int SUCCESS = 0;

  /** Success of a PUBLISH to a topic that no one has subscribed to. */
  public static final int NO_MATCHING_SUBSCRIBERS = 0x10;

  private static final int FIRST_FAILURE = 0x80;

  private static final Map<Integer, ReasonCode> BY_CODE =
      Arrays.stream(values()).collect(Collectors.toMap(ReasonCode::code, Function.identity()));

  private final int code;
  private final String meaning;
  private final Passes passes;
  private final String advice;

  ReasonCode(int code, String meaning, Passes passes) {
    this(code, meaning, passes, "");
  }

  ReasonCode(int code, String meaning, Passes passes, String advice) {
    this.code = code;
    this.meaning = meaning;
    this.passes = passes;
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
   * Whether a failure from the wire passes. A code that the specification does not know is one that
   * the broker did not give before.
   */
  public static Passes passes(int code) {
    return of(code).map(reason -> reason.passes).orElse(Passes.AFTER_A_GOOD_SESSION);
  }

  /** Whether the broker sends its client to another server, section 4.11. */
  public static boolean sendsElsewhere(int code) {
    return code == USE_ANOTHER_SERVER.code || code == SERVER_MOVED.code;
  }

  /** As {@link #describe(int, String, String)}, for a packet that names no server. */
  public static String describe(int code, String reasonString) {
    return describe(code, reasonString, "");
  }

  /**
   * A sentence for errors: the name, the number, what the broker itself says, and what to do.
   *
   * @param reasonString Reason String of the packet, fit to be printed; empty for none
   * @param server Server Reference of the packet, fit to be printed; empty for none
   */
  public static String describe(int code, String reasonString, String server) {
    Optional<ReasonCode> known = of(code);
    String meaning = known.map(reason -> reason.meaning).orElse("reason code");
    String quoted = reasonString.isEmpty() ? "" : ": \"" + reasonString + "\"";
    String named = server.isEmpty() ? "" : ", and named the server \"" + server + "\"";
    String advice = known.map(reason -> reason.advice).orElse("");
    return String.format(Locale.ROOT, "%s (0x%02X)%s%s. %s", meaning, code, quoted, named, advice)
        .strip();
  }
}
