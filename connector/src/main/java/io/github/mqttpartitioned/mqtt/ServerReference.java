// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The servers that a broker names when it sends a client elsewhere: Server Reference in CONNACK and
 * DISCONNECT, section 4.11. MQTT leaves its form open. Here it is a host, a host with a port, or a
 * URL; or several of them with spaces between them.
 */
final class ServerReference {

  private ServerReference() {}

  /**
   * The first server that a client may follow to. It is reached by a transport that the user has
   * configured. A reference never leads from TLS to a connection without it.
   *
   * @param reference as the broker has sent it
   * @param from the server that says it. A host has its transport and its path, and without a port
   *     its port
   * @param configured the URLs that the user has given
   * @return empty if there is none
   */
  static Optional<BrokerUrl> first(String reference, BrokerUrl from, List<BrokerUrl> configured) {
    return Arrays.stream(reference.strip().split("[ ,]+"))
        .map(server -> url(server, from))
        .flatMap(Optional::stream)
        .filter(url -> url.isTls() || !from.isTls())
        .filter(url -> configured.stream().anyMatch(known -> known.scheme().equals(url.scheme())))
        .findFirst();
  }

  private static Optional<BrokerUrl> url(String server, BrokerUrl from) {
    try {
      return Optional.of(new BrokerUrl(server.contains("://") ? server : at(server, from)));
    } catch (IllegalArgumentException e) {
      // In the words of a broker of its own: not for this client.
      return Optional.empty();
    }
  }

  private static String at(String server, BrokerUrl from) {
    if (server.isEmpty() || server.contains("/") || server.contains("?") || server.contains("#")) {
      throw new IllegalArgumentException("is no host");
    }
    boolean hasPort = server.indexOf(':', server.lastIndexOf(']') + 1) >= 0;
    return from.scheme()
        + "://"
        + server
        + (hasPort ? "" : ":" + from.port())
        + (from.isWebSocket() ? from.resource() : "");
  }
}
