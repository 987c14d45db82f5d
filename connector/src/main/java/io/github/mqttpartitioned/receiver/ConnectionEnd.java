// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.credentials.AuthenticationException;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.Inbox;
import io.github.mqttpartitioned.receiver.inbound.PacketTooLargeException;
import java.io.EOFException;
import java.net.SocketException;

/** Why a connection has ended. */
final class ConnectionEnd {

  private ConnectionEnd() {}

  /**
   * The cause that says most: the broker's own words before what the network reported.
   *
   * @throws MemberException if the broker has refused the connection
   */
  static RuntimeException cause(Inbox inbox, SourceSettings settings, int partition) {
    ConnAck connAck = inbox.connAck();
    if (connAck != null) {
      Preflight.check(connAck, settings, partition);
    }
    Disconnect disconnect = inbox.disconnect();
    if (disconnect != null) {
      if (disconnect.reasonCode() == ReasonCode.SESSION_TAKEN_OVER.code()) {
        return MemberException.takenOver(settings, partition);
      }
      if (disconnect.reasonCode() == ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED.code()) {
        return MemberException.noSharedSubscriptions(settings, partition);
      }
      return MemberException.ended(settings, partition, disconnect);
    }
    Throwable end = inbox.end();
    if (end == null) {
      return new IllegalStateException("the receiver has left the broker");
    }
    if (end instanceof MalformedPacketException malformed) {
      return MemberException.malformed(settings, partition, malformed);
    }
    if (end instanceof PacketTooLargeException tooLarge) {
      return MemberException.tooLarge(settings, partition, tooLarge);
    }
    if (end instanceof AuthenticationException unproved) {
      return MemberException.notAuthenticated(settings, partition, unproved);
    }
    if (end instanceof MemberException member) {
      return member;
    }
    if (end instanceof RuntimeException || end instanceof Error) {
      return MemberException.broken(settings, partition, end);
    }
    if (connAck == null) {
      return isClosedByPeer(end)
          ? MemberException.closedUponConnect(settings, partition, end)
          : MemberException.unreachable(settings, partition, end);
    }
    return inbox.answers().areComplete()
        ? MemberException.lost(settings, partition, end)
        : MemberException.closedUponSubscribe(settings, partition, end);
  }

  /** Whether the network connection was there, and the other side ended it. */
  private static boolean isClosedByPeer(Throwable end) {
    Throwable inner = end;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner instanceof EOFException
        || (inner.getClass() == SocketException.class
            && String.valueOf(inner.getMessage()).contains("reset"));
  }
}
