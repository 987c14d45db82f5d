// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.PahoSession;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.inbound.ForeignTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session that a member finds at its very first connection: another query with the same client
 * ids has left it. What it holds of the topics that the query reads is received. What else it is
 * subscribed to is ended, and makes no rows. A subscription shows itself by its messages alone, so
 * later runs go on with that until the broker has a new session.
 *
 * <p>Confined to the receiver thread.
 */
final class FormerSession {

  private final SourceSettings settings;
  private final MemberLog log;
  private final OwnFilters filters;
  private @Nullable ForeignTopics topics;

  /**
   * @param newcomer whether the member has never been connected
   * @param filters of the member's store
   * @param signals notified when something is to be done
   */
  FormerSession(
      SourceSettings settings,
      boolean newcomer,
      OwnFilters filters,
      ReceiverSignals signals,
      MemberLog log) {
    this.settings = settings;
    this.log = log;
    this.filters = filters;
    this.topics =
        newcomer || filters.exist()
            ? new ForeignTopics(filters.with(settings.topics()), signals)
            : null;
  }

  /** Takes topics that the query does not read; null if the session can have no such ones. */
  @Nullable ForeignTopics topics() {
    return topics;
  }

  /**
   * The member is connected.
   *
   * @param sessionPresent whether the broker had a session; if not, the new one is the query's own
   */
  void connected(boolean sessionPresent) {
    if (!sessionPresent && topics != null) {
      topics = null;
      filters.delete();
    }
  }

  /** Whether {@link #endSubscriptions} has something to do. */
  boolean hasSubscriptions() {
    return topics != null && topics.hasFound();
  }

  /** Ends the subscriptions that have delivered foreign topics, if their filters can be guessed. */
  void endSubscriptions(PahoSession session) {
    if (topics == null) {
      return;
    }
    Set<String> found = topics.take();
    List<String> filters = new ArrayList<>();
    for (String topic : found) {
      for (String filter : ForeignTopics.filtersOf(topic)) {
        filters.add("$share/" + settings.group() + "/" + filter);
        filters.add(filter);
      }
    }
    log.foreignTopics(found, topics.messages());
    List<String> all = filters.stream().distinct().toList();
    // No answer is awaited that would teach the member the broker's limit.
    for (int first = 0; first < all.size(); first += SubscribePackets.SMALL) {
      session.unsubscribe(all.subList(first, Math.min(first + SubscribePackets.SMALL, all.size())));
    }
  }
}
