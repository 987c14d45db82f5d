// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.util.List;

/**
 * Which URL of its broker a client connects to: the only one, or in a cluster each in turn.
 * Confined to the thread that connects.
 */
public final class EntryPoints {

  private final List<BrokerUrl> urls;
  private int current;

  /** Attempts since the last pause. */
  private int attempts;

  /**
   * @param urls that lead to the broker, at least one
   * @param partition number of the partition that the client works for: it begins with URL number
   *     {@code partition} mod count
   */
  public EntryPoints(List<BrokerUrl> urls, int partition) {
    this.urls = List.copyOf(urls);
    this.current = partition % urls.size();
  }

  public int count() {
    return urls.size();
  }

  public BrokerUrl current() {
    return urls.get(current);
  }

  /**
   * Goes on to the next URL, as the connection to this one has ended.
   *
   * @return whether there is one that was not tried since the last pause
   */
  public boolean next() {
    current = (current + 1) % urls.size();
    attempts = (attempts + 1) % urls.size();
    return attempts > 0;
  }
}
