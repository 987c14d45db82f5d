// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;

/** Takes the messages of a {@link PahoSession} off the wire, and hears of the session's end. */
public interface DataPlane {

  /**
   * Puts a stream in place of the connection's inbound stream. It takes messages and the answers
   * that it needs for itself, and returns to Paho only what Paho must know: CONNACK. The {@link
   * WireThread} reads it. Its end is the end of the session.
   *
   * @param wire all packets that the broker sends
   * @param disconnect sends DISCONNECT with this reason code, after which nothing more is sent
   */
  InputStream inbound(InputStream wire, Consumer<ReasonCode> disconnect);

  /** The largest packet that the broker takes, in bytes. CONNACK has arrived before. */
  default long maximumPacketSize() {
    return Long.MAX_VALUE;
  }

  /**
   * Reports which SUBSCRIBE and UNSUBSCRIBE packets are about to be sent: all of the connection.
   * Called by one of Paho's threads.
   */
  default void subscribing(List<SubscriptionRequest> requests) {}

  /**
   * Reports that the session is over, or did not come about. Called by any thread, at times more
   * than once: the first cause is the one that counts.
   */
  void ended(Throwable cause);
}
