// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A SUBSCRIBE or UNSUBSCRIBE packet that has been sent.
 *
 * @param subscribe true for SUBSCRIBE, false for UNSUBSCRIBE
 * @param packetId Packet Identifier, which the answer repeats
 * @param filters topic filters, in the order of the answer's reason codes
 */
public record SubscriptionRequest(boolean subscribe, int packetId, List<String> filters) {

  /** Fixed header, Packet Identifier and an empty property section. */
  private static final int PACKET_BYTES = 5 + 2 + 1;

  /** Length of a filter's text, and its Subscription Options. */
  private static final int FILTER_BYTES = 2 + 1;

  public SubscriptionRequest {
    filters = List.copyOf(filters);
  }

  /** Most bytes that a packet with this filter alone takes. */
  public static int bytesAlone(String filter) {
    return PACKET_BYTES + bytes(filter);
  }

  private static int bytes(String filter) {
    return FILTER_BYTES + filter.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Distributes topic filters among packets. A filter that is too large by itself gets a packet of
   * its own.
   *
   * @param most filters of one packet, 1 or more
   * @param mostBytes of one packet
   */
  static List<List<String>> packets(List<String> filters, int most, long mostBytes) {
    List<List<String>> packets = new ArrayList<>();
    List<String> packet = new ArrayList<>();
    long bytes = PACKET_BYTES;
    for (String filter : filters) {
      if (!packet.isEmpty() && (packet.size() == most || bytes + bytes(filter) > mostBytes)) {
        packets.add(packet);
        packet = new ArrayList<>();
        bytes = PACKET_BYTES;
      }
      packet.add(filter);
      bytes += bytes(filter);
    }
    if (!packet.isEmpty()) {
      packets.add(packet);
    }
    return packets;
  }
}
