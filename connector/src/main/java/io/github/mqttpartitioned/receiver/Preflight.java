// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.ControlPackets.SubAck;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.mqtt.SubscriptionRequest;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.SubscriptionAnswers;
import io.github.mqttpartitioned.receiver.inbound.SubscriptionAnswers.Answered;
import java.util.List;

/** Checks what a broker offers and grants against what a member needs. */
final class Preflight {

  /** The return codes 1 to 5 of a CONNACK of MQTT 3.1.1, in the words of MQTT 5. */
  private static final List<ReasonCode> RETURN_CODES_OF_3_1_1 =
      List.of(
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          ReasonCode.SERVER_UNAVAILABLE,
          ReasonCode.BAD_USER_NAME_OR_PASSWORD,
          ReasonCode.NOT_AUTHORIZED);

  private Preflight() {}

  /**
   * @throws MemberException if the broker refuses, or lacks what the member needs
   */
  static void check(ConnAck connAck, SourceSettings settings, int partition) {
    int reasonCode = reasonCode(connAck);
    if (reasonCode != ReasonCode.SUCCESS) {
      throw MemberException.refused(
          settings, partition, reasonCode, connAck.reason(), connAck.server());
    }
    if (!connAck.sharedSubscriptions()) {
      throw MemberException.noSharedSubscriptions(settings, partition);
    }
    settings.subscriptions(partition).stream()
        .filter(filter -> SubscriptionRequest.bytesAlone(filter) > connAck.maximumPacketSize())
        .findFirst()
        .ifPresent(
            filter -> {
              throw MemberException.filterTooLarge(
                  settings, partition, filter, connAck.maximumPacketSize());
            });
    if (!connAck.wildcards()) {
      settings.topics().stream()
          .map(topic -> topic.filter())
          .filter(filter -> filter.contains("+") || filter.contains("#"))
          .findFirst()
          .ifPresent(
              filter -> {
                throw MemberException.noWildcards(settings, partition, filter);
              });
    }
  }

  /** A broker that speaks only MQTT 3.1.1 answers with a return code of that version. */
  private static int reasonCode(ConnAck connAck) {
    int code = connAck.reasonCode();
    return 1 <= code && code <= RETURN_CODES_OF_3_1_1.size()
        ? RETURN_CODES_OF_3_1_1.get(code - 1).code()
        : code;
  }

  /**
   * @throws MemberException if the broker refuses a topic filter, grants it at a lower QoS, or
   *     keeps one that the member gives up
   */
  static void checkAnswers(SubscriptionAnswers answers, SourceSettings settings, int partition) {
    for (Answered answered : answers.all()) {
      checkRefused(answered, settings, partition);
    }
    for (Answered answered : answers.all()) {
      checkQos(answered, settings, partition);
    }
  }

  private static void checkRefused(Answered answered, SourceSettings settings, int partition) {
    SubscriptionRequest request = answered.request();
    SubAck answer = answered.answer();
    for (int i = 0; answer != null && i < request.filters().size(); i++) {
      int code = code(answer, i);
      String filter = request.filters().get(i);
      if (ReasonCode.isFailure(code)) {
        throw request.subscribe()
            ? MemberException.notSubscribed(settings, partition, filter, code, answer.reason())
            : MemberException.notUnsubscribed(settings, partition, filter, code, answer.reason());
      }
    }
  }

  private static void checkQos(Answered answered, SourceSettings settings, int partition) {
    SubscriptionRequest request = answered.request();
    SubAck answer = answered.answer();
    for (int i = 0; answer != null && request.subscribe() && i < request.filters().size(); i++) {
      int code = code(answer, i);
      if (code < settings.qos()) {
        throw MemberException.lowerQos(settings, partition, request.filters().get(i), code);
      }
    }
  }

  private static int code(SubAck answer, int index) {
    List<Integer> codes = answer.reasonCodes();
    return index < codes.size() ? codes.get(index) : ReasonCode.UNSPECIFIED_ERROR.code();
  }
}
