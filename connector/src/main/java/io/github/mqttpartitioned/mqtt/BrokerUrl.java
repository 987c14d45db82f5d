// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/**
 * Address of an MQTT broker: a scheme ({@code tcp}, {@code ssl}, {@code ws} or {@code wss}), a
 * host, a port (default 1883, 8883, 80, 443), and a path for the two WebSocket schemes.
 *
 * @param url the normalised text: the scheme in lower case, the port always present
 */
public record BrokerUrl(String url) implements Serializable {

  /** The schemes of the transports. */
  public static final List<String> SCHEMES = List.of("tcp", "ssl", "ws", "wss");

  /**
   * @throws IllegalArgumentException if {@code url} is not such an address; the message is the
   *     predicate of a sentence about the value, without the value: it may hold a password
   */
  public BrokerUrl {
    url = normalise(url);
  }

  private static String normalise(String text) {
    URI uri;
    try {
      uri = new URI(text.trim());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL: " + e.getReason(), e);
    }
    if (uri.getUserInfo() != null) {
      // Not echoed: it may hold a password.
      throw new IllegalArgumentException(
          "must not hold a user or password: use the options username and password");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme)) {
      throw new IllegalArgumentException("must begin with tcp://, ssl://, ws:// or wss://");
    }
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("has no host");
    }
    boolean webSocket = scheme.startsWith("ws");
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException("must not have a query or a fragment");
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    if (!webSocket && !path.isEmpty() && !path.equals("/")) {
      throw new IllegalArgumentException("must not have a path: only ws:// and wss:// have one");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : defaultPort(scheme);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("has port " + port + ", accepted are 1 to 65535");
    }
    return scheme + "://" + uri.getHost() + ":" + port + (webSocket ? path : "");
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "tcp" -> 1883;
      case "ssl" -> 8883;
      case "ws" -> 80;
      default -> 443;
    };
  }

  /** Whether the connection is encrypted: {@code ssl} or {@code wss}. */
  public boolean isTls() {
    return url.startsWith("ssl") || url.startsWith("wss");
  }

  @Override
  public String toString() {
    return url;
  }
}
