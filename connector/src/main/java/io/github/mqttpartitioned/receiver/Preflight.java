// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.SubscriptionRequest;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.SubAck;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.SubscriptionAnswers;
import io.github.mqttpartitioned.receiver.inbound.SubscriptionAnswers.Answered;
import java.util.List;

/** Checks what a broker offers and grants against what a member needs. */
final class Preflight {

  private Preflight() {}

  /**
   * @throws MemberException if the broker refuses, or lacks what the member needs
   */
  static void check(ConnAck connAck, SourceSettings settings, int partition) {
    if (connAck.reasonCode() != ReasonCode.SUCCESS) {
      throw MemberException.refused(
          settings, partition, connAck.reasonCode(), connAck.reason(), connAck.server());
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
