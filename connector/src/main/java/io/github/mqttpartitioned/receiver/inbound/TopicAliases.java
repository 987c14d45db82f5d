// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The topic aliases of one connection (section 3.3.2.3.4). A member allows none. A broker that uses
 * them nevertheless is understood, as long as it introduces each of them with its topic.
 *
 * <p>Allocates only when an alias gets another topic. Confined to the wire thread.
 */
final class TopicAliases {

  /** What all topics take at most; a topic that would take more is not remembered. */
  private static final long MOST_BYTES = 16 << 20;

  private byte[] @Nullable [] topics = {};
  private long bytes;

  /** The topic that the broker has introduced under this alias; null if there is none. */
  byte @Nullable [] find(int alias) {
    return alias < topics.length ? topics[alias] : null;
  }

  /** From now on the alias means this topic. */
  void introduce(int alias, byte[] source, int start, int length) {
    byte[] former = find(alias);
    if (former != null && Arrays.equals(former, 0, former.length, source, start, start + length)) {
      return;
    }
    if (alias >= topics.length) {
      topics = Arrays.copyOf(topics, Math.max(alias + 1, 2 * topics.length));
    }
    bytes -= former == null ? 0 : former.length;
    boolean fits = bytes + length <= MOST_BYTES;
    topics[alias] = fits ? Arrays.copyOfRange(source, start, start + length) : null;
    bytes += fits ? length : 0;
  }
}
