// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers the malformed messages that have ended a connection. The first time, a message ends its
 * connection, as section 4.13 requires. A broker that delivers the same message again would end
 * each later connection, too. So from the second time on the message is taken as far as it can be
 * read, or becomes a dead letter.
 *
 * <p>Thread-safe: successive connections of one member have different wire threads.
 */
public final class PoisonMessages {

  private static final int REMEMBERED = 1_000;

  private final Map<Long, Boolean> seen =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Whether the message with this fingerprint was asked about before; remembers it. */
  synchronized boolean isRepeated(long fingerprint) {
    return seen.put(fingerprint, true) != null;
  }
}
