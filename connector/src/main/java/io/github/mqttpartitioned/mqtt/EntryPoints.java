// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which URL of its broker a client connects to: the only one, or in a cluster each in turn, and
 * where a broker sends it. Confined to the thread that connects.
 */
public final class EntryPoints {

  /** How often a client goes where it is sent, before it takes the next URL of its own. */
  private static final int MOST_HOPS = 4;

  private final List<BrokerUrl> urls;
  private final boolean areOfACluster;
  private int current;

  /** Attempts since the last pause. */
  private int attempts;

  /** Where the client was sent; null while it is at one of its own URLs. */
  private @Nullable BrokerUrl named;

  /** How often the client went where it was sent, since it last took a URL of its own. */
  private int hops;

  /**
   * @param urls that lead to the broker, at least one
   * @param partition number of the partition that the client works for: it begins with URL number
   *     {@code partition} mod count
   * @param areOfACluster whether its servers may send the client to each other
   */
  public EntryPoints(List<BrokerUrl> urls, int partition, boolean areOfACluster) {
    this.urls = List.copyOf(urls);
    this.areOfACluster = areOfACluster;
    this.current = partition % urls.size();
  }

  public int count() {
    return urls.size();
  }

  public BrokerUrl current() {
    return named == null ? urls.get(current) : named;
  }

  /** Whether the client is where a broker has sent it, and not at a URL of its own. */
  public boolean isElsewhere() {
    return named != null;
  }

  /**
   * Goes where a cluster sends the client: use another server (0x9C), or server moved (0x9D). It
   * stays there for one connection.
   *
   * @param reference the broker's Server Reference; empty for none
   * @return whether there is such a server
   */
  public boolean follow(String reference) {
    if (!areOfACluster || hops == MOST_HOPS) {
      return false;
    }
    Optional<BrokerUrl> server = ServerReference.first(reference, current(), urls);
    server.ifPresent(
        url -> {
          named = url;
          hops++;
        });
    return server.isPresent();
  }

  /**
   * Goes on to the next URL, as the connection to this one has ended.
   *
   * @return whether there is one that was not tried since the last pause
   */
  public boolean next() {
    named = null;
    hops = 0;
    current = (current + 1) % urls.size();
    attempts = (attempts + 1) % urls.size();
    return attempts > 0;
  }
}
