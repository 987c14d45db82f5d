// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.Locale;

/** The transports of MQTT, as the source's {@code brokerUrl} names them. */
public enum Scheme {
  TCP,
  SSL,
  WS,
  WSS;

  /** Whether it is encrypted. */
  public boolean tls() {
    return this == SSL || this == WSS;
  }

  boolean webSocket() {
    return this == WS || this == WSS;
  }

  /** A URL of a port of 127.0.0.1. */
  String url(int port) {
    return url(BrokerOptions.LOOPBACK, port);
  }

  /**
   * A URL of this scheme. TLS on 127.0.0.1 names "localhost", which the test certificates are made
   * out to.
   */
  String url(String address, int port) {
    String host = tls() && address.equals(BrokerOptions.LOOPBACK) ? "localhost" : address;
    return "%s://%s:%d".formatted(name().toLowerCase(Locale.ROOT), host, port);
  }
}
