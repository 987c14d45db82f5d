// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.ControlPackets.SubAck;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import java.util.List;

/** Checks what a broker offers and grants against what a member needs. */
final class Preflight {

  /** "Unacceptable protocol version" in a CONNACK of MQTT 3.1.1. */
  private static final int PROTOCOL_VERSION_OF_3_1_1 = 1;

  private Preflight() {}

  /**
   * @throws MemberException if the broker refuses, or lacks what the member needs
   */
  static void check(ConnAck connAck, SourceSettings settings, int partition) {
    // A broker that speaks only MQTT 3.1.1 answers with a return code of that version, 1 to 5.
    int reasonCode =
        connAck.reasonCode() == PROTOCOL_VERSION_OF_3_1_1
            ? ReasonCode.UNSUPPORTED_PROTOCOL_VERSION.code()
            : connAck.reasonCode();
    if (reasonCode != ReasonCode.SUCCESS) {
      throw MemberException.refused(settings, partition, reasonCode, connAck.reason());
    }
    if (!connAck.sharedSubscriptions()) {
      throw MemberException.noSharedSubscriptions(settings, partition);
    }
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

  /** Whether the broker has answered SUBSCRIBE and UNSUBSCRIBE, as far as they were sent. */
  static boolean isAnswered(Inbox inbox, SourceSettings settings, int partition) {
    return (inbox.subAck() != null || settings.subscriptions(partition).isEmpty())
        && (inbox.unsubAck() != null || settings.unsubscriptions(partition).isEmpty());
  }

  /**
   * @throws MemberException if the broker refuses a topic filter, grants it at a lower QoS, or
   *     keeps one that the member gives up
   */
  static void checkAnswers(Inbox inbox, SourceSettings settings, int partition) {
    SubAck subAck = inbox.subAck();
    if (subAck != null) {
      checkSubscribed(subAck, settings, partition);
    }
    SubAck unsubAck = inbox.unsubAck();
    if (unsubAck != null) {
      checkUnsubscribed(unsubAck, settings, partition);
    }
  }

  private static void checkSubscribed(SubAck subAck, SourceSettings settings, int partition) {
    List<String> filters = settings.subscriptions(partition);
    for (int i = 0; i < filters.size(); i++) {
      int code = code(subAck, i);
      if (ReasonCode.isFailure(code)) {
        throw MemberException.notSubscribed(
            settings, partition, filters.get(i), code, subAck.reason());
      }
      if (code < settings.qos()) {
        throw MemberException.lowerQos(settings, partition, filters.get(i), code);
      }
    }
  }

  private static void checkUnsubscribed(SubAck unsubAck, SourceSettings settings, int partition) {
    List<String> filters = settings.unsubscriptions(partition);
    for (int i = 0; i < filters.size(); i++) {
      int code = code(unsubAck, i);
      if (ReasonCode.isFailure(code)) {
        throw MemberException.notUnsubscribed(
            settings, partition, filters.get(i), code, unsubAck.reason());
      }
    }
  }

  private static int code(SubAck answer, int index) {
    List<Integer> codes = answer.reasonCodes();
    return index < codes.size() ? codes.get(index) : ReasonCode.UNSPECIFIED_ERROR.code();
  }
}
