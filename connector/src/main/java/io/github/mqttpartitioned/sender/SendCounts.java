// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import java.io.Serializable;

/**
 * What has become of the rows of one writer.
 *
 * @param sent messages given to the network at least once
 * @param bytes of their packets
 * @param confirmed messages of QoS 1 and 2 that the broker has confirmed
 * @param noSubscribers of those, messages that no one had subscribed to (reason code 0x10)
 * @param sentAgain messages sent once more after a lost connection
 */
public record SendCounts(long sent, long bytes, long confirmed, long noSubscribers, long sentAgain)
    implements Serializable {

  /** No message was sent. */
  public static final SendCounts NONE = new SendCounts(0, 0, 0, 0, 0);

  /** The sum of both. */
  public SendCounts plus(SendCounts other) {
    return new SendCounts(
        sent + other.sent,
        bytes + other.bytes,
        confirmed + other.confirmed,
        noSubscribers + other.noSubscribers,
        sentAgain + other.sentAgain);
  }
}
