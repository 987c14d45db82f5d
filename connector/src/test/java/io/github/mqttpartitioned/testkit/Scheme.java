package io.github.mqttpartitioned.testkit;

import java.util.Locale;

/** The transports of MQTT, as the source's {@code brokerUrl} names them. */
public enum Scheme {
  TCP,
  SSL,
  WS,
  WSS;

  boolean tls() {
    return this == SSL || this == WSS;
  }

  boolean webSocket() {
    return this == WS || this == WSS;
  }

  /** A URL of this scheme. TLS names "localhost", which the test certificates are made out to. */
  String url(int port) {
    String host = tls() ? "localhost" : "127.0.0.1";
    return "%s://%s:%d".formatted(name().toLowerCase(Locale.ROOT), host, port);
  }
}
