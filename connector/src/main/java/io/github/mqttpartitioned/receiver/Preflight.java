package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.model.SourceSettings;
import io.github.mqttpartitioned.receiver.ControlPackets.ConnAck;
import io.github.mqttpartitioned.receiver.ControlPackets.SubAck;
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

  /**
   * @throws MemberException when a topic filter was refused, or granted at a lower QoS
   */
  static void check(SubAck subAck, SourceSettings settings, int partition) {
    List<Integer> codes = subAck.reasonCodes();
    for (int i = 0; i < settings.topics().size(); i++) {
      String filter = settings.topics().get(i).shared(settings.group());
      int code = i < codes.size() ? codes.get(i) : FIRST_FAILURE;
      if (code >= FIRST_FAILURE) {
        throw MemberException.notSubscribed(settings, partition, filter, code, subAck.reason());
      }
      if (code < settings.qos()) {
        throw MemberException.lowerQos(settings, partition, filter, code);
      }
    }
  }
}
