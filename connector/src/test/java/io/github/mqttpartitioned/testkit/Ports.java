// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for brokers that must find theirs again after a restart. They lie below the range that
 * systems give to outgoing connections, so that none of these takes one while its broker is down.
 */
public final class Ports {

  private static final int FIRST = 15_000;
  private static final int LAST = 32_000;

  private Ports() {}

  /** One free port for each scheme. */
  static Map<Scheme, Integer> forEach(Collection<Scheme> schemes) {
    Map<Scheme, Integer> ports = new EnumMap<>(Scheme.class);
    for (Scheme scheme : schemes) {
      int port = free();
      while (ports.containsValue(port)) {
        port = free();
      }
      ports.put(scheme, port);
    }
    return ports;
  }

  /** A port of 127.0.0.1 that nothing listens on. */
  public static int free() {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // Try another.
      }
    }
    throw new IllegalStateException("No free port between " + FIRST + " and " + LAST);
  }

  /** The port of a listener, or why there is none. */
  static int port(Map<Scheme, Integer> ports, Scheme scheme) {
    Integer port = ports.get(scheme);
    if (port == null) {
      throw new IllegalArgumentException(
          "This broker was started without a listener for %s; it has %s"
              .formatted(scheme, ports.keySet()));
    }
    return port;
  }
}
