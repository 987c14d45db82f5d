// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttSubscribe;
import org.eclipse.paho.mqttv5.common.packet.MqttUnsubscribe;
import org.eclipse.paho.mqttv5.common.packet.MqttWireMessage;

/**
 * The SUBSCRIBE and UNSUBSCRIBE packets of one connection (sections 3.8 and 3.10), as Paho encodes
 * them. Each has a Packet Identifier of its own: a member sends no other packet that needs one.
 * Thread-safe.
 */
final class SubscriptionPackets {

  private static final int MOST_IDS = 65_535;

  private final Subscriptions subscriptions;
  private final AtomicInteger ids = new AtomicInteger();

  /** A packet, and what its answer will be about. */
  static final class Encoded {
    final SubscriptionRequest request;
    final byte[] packet;

    private Encoded(SubscriptionRequest request, byte[] packet) {
      this.request = request;
      this.packet = packet;
    }
  }

  SubscriptionPackets(Subscriptions subscriptions) {
    this.subscriptions = subscriptions;
  }

  /**
   * For all filters that the session subscribes to.
   *
   * @param mostBytes of one packet
   */
  List<Encoded> subscribe(long mostBytes) throws MqttException {
    List<Encoded> packets = new ArrayList<>();
    for (List<String> filters : distributed(subscriptions.subscribe(), mostBytes)) {
      MqttSubscription[] asked =
          filters.stream().map(this::subscription).toArray(MqttSubscription[]::new);
      packets.add(encode(true, filters, new MqttSubscribe(asked, new MqttProperties())));
    }
    return packets;
  }

  /**
   * The packets that end the subscriptions to these filters.
   *
   * @param mostBytes maximum length of one packet
   */
  List<Encoded> unsubscribe(List<String> all, long mostBytes) throws MqttException {
    List<Encoded> packets = new ArrayList<>();
    for (List<String> filters : distributed(all, mostBytes)) {
      String[] ended = filters.toArray(String[]::new);
      packets.add(encode(false, filters, new MqttUnsubscribe(ended, new MqttProperties())));
    }
    return packets;
  }

  private List<List<String>> distributed(List<String> filters, long mostBytes) {
    return SubscriptionRequest.packets(filters, subscriptions.filtersPerPacket(), mostBytes);
  }

  private MqttSubscription subscription(String filter) {
    MqttSubscription asked = new MqttSubscription(filter, subscriptions.qos());
    // Topics and messages as their publisher sent them, RETAIN included.
    asked.setRetainAsPublished(true);
    asked.setRetainHandling(subscriptions.retainHandling());
    return asked;
  }

  private Encoded encode(boolean subscribe, List<String> filters, MqttWireMessage packet)
      throws MqttException {
    int id = 1 + ids.getAndIncrement() % MOST_IDS;
    packet.setMessageId(id);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(packet.getHeader());
    whole.writeBytes(packet.getPayload());
    return new Encoded(new SubscriptionRequest(subscribe, id, filters), whole.toByteArray());
  }
}
