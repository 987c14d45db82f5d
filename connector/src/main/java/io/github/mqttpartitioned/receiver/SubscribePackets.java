// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.packet.ControlPackets.SubAck;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.receiver.inbound.SubscriptionAnswers;
import io.github.mqttpartitioned.receiver.inbound.SubscriptionAnswers.Answered;
import org.jspecify.annotations.Nullable;

/**
 * Learns how many topic filters a broker takes in one SUBSCRIBE or UNSUBSCRIBE packet. MQTT sets no
 * limit and has no property for one. AWS IoT Core takes 8, and closes the connection at more.
 *
 * <p>All filters go into one packet at first. Where the broker does not answer a packet with more
 * than {@value #SMALL} filters, or answers that a quota is exceeded, the next connection uses
 * packets of {@value #SMALL}, then of 1. Confined to the receiver thread.
 */
final class SubscribePackets {

  static final int SMALL = 8;

  private int most = Integer.MAX_VALUE;

  /** Most filters of one packet. */
  int most() {
    return most;
  }

  /**
   * A connection is over.
   *
   * @return whether the next one uses smaller packets
   */
  boolean learn(SubscriptionAnswers answers) {
    int refused =
        answers.all().stream()
            .filter(answered -> isRefused(answered.answer()))
            .mapToInt(SubscribePackets::filters)
            .max()
            .orElse(0);
    int before = most;
    if (refused > SMALL) {
      most = SMALL;
    } else if (refused > 1) {
      most = 1;
    }
    return most != before;
  }

  private static int filters(Answered answered) {
    return answered.request().filters().size();
  }

  private static boolean isRefused(@Nullable SubAck answer) {
    return answer == null || answer.reasonCodes().contains(ReasonCode.QUOTA_EXCEEDED.code());
  }
}
