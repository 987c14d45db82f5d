// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.SubscriptionRequest;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.SubAck;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The SUBSCRIBE and UNSUBSCRIBE packets of one connection, and what the broker has answered.
 * Thread-safe: everything happens under the receiver's monitor, which is notified of every change.
 */
public final class SubscriptionAnswers {

  /**
   * A packet and its answer.
   *
   * @param answer SUBACK or UNSUBACK; null while there is none
   */
  public record Answered(SubscriptionRequest request, @Nullable SubAck answer) {
    private boolean isRefused() {
      return answer != null && answer.reasonCodes().stream().anyMatch(ReasonCode::isFailure);
    }
  }

  private final Object monitor;
  private final Map<Integer, SubAck> answers = new HashMap<>();
  private @Nullable List<SubscriptionRequest> requests;

  SubscriptionAnswers(Object monitor) {
    this.monitor = monitor;
  }

  /** All packets that the member is about to send. */
  public void sending(List<SubscriptionRequest> packets) {
    synchronized (monitor) {
      requests = List.copyOf(packets);
      monitor.notifyAll();
    }
  }

  void answered(SubAck packet) {
    synchronized (monitor) {
      answers.put(packet.packetId(), packet);
      monitor.notifyAll();
    }
  }

  /** Whether all packets are sent and answered. */
  public boolean areComplete() {
    synchronized (monitor) {
      return requests != null && all().stream().allMatch(each -> each.answer() != null);
    }
  }

  /** Whether they are complete, or the broker has refused one of the topic filters. */
  public boolean areDecided() {
    synchronized (monitor) {
      return areComplete() || all().stream().anyMatch(Answered::isRefused);
    }
  }

  /** How many answers have arrived. */
  public int count() {
    synchronized (monitor) {
      return answers.size();
    }
  }

  /** The packets, with the answers so far; none before it is known what is sent. */
  public List<Answered> all() {
    synchronized (monitor) {
      List<Answered> all = new ArrayList<>();
      for (SubscriptionRequest request :
          requests == null ? List.<SubscriptionRequest>of() : requests) {
        all.add(new Answered(request, answers.get(request.packetId())));
      }
      return all;
    }
  }
}
