// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.ControlPackets.SubAck;
import io.github.mqttpartitioned.option.SourceSettings;
import java.util.List;

/** Checks what a broker offers and grants against what a member needs. */
final class Preflight {

  private static final int FIRST_FAILURE = 0x80;

  private Preflight() {}

  /**
   * @throws MemberException when the broker refuses, or lacks what the member cannot do without
   */
  static void check(ConnAck connAck, SourceSettings settings, int partition) {
    // A broker of MQTT 3.1.1 alone answers with its own codes, 1 to 5: 1 is the protocol version.
    int reasonCode = connAck.reasonCode() == 1 ? 0x84 : connAck.reasonCode();
    if (reasonCode != 0) {
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

  /** Whether the broker has answered SUBSCRIBE and UNSUBSCRIBE, where they were sent. */
  static boolean isAnswered(Inbox inbox, SourceSettings settings, int partition) {
    return (inbox.subAck() != null || settings.subscriptions(partition).isEmpty())
        && (inbox.unsubAck() != null || settings.unsubscriptions(partition).isEmpty());
  }

  /**
   * @throws MemberException when a topic filter was refused, granted at a lower QoS, or is kept
   *     though the member gives it up
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
      if (code >= FIRST_FAILURE) {
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
      if (code >= FIRST_FAILURE) {
        throw MemberException.notUnsubscribed(
            settings, partition, filters.get(i), code, unsubAck.reason());
      }
    }
  }

  private static int code(SubAck answer, int index) {
    List<Integer> codes = answer.reasonCodes();
    return index < codes.size() ? codes.get(index) : FIRST_FAILURE;
  }
}
