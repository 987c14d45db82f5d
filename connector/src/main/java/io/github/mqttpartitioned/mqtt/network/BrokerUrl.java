// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.io.Serializable;
import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Address of an MQTT broker: a scheme ({@code tcp}, {@code ssl}, {@code ws} or {@code wss}), a
 * host, a port (default 1883, 8883, 80, 443), and a path and a query for the two WebSocket schemes.
 * {@code mqtt} and {@code mqtts} are other names of {@code tcp} and {@code ssl}.
 *
 * @param url the normalised text: scheme and host in lower case, the port always present, path and
 *     query in ASCII. The query may hold a secret: {@link #toString} is for logs, columns and
 *     errors
 */
public record BrokerUrl(String url) implements Serializable {

  /** What a URL begins with, for errors and documentation. */
  public static final String SCHEMES =
      "`tcp://`, `ssl://`, `ws://`, `wss://`, `mqtt://` or `mqtts://`";

  private static final List<String> TRANSPORTS = List.of("tcp", "ssl", "ws", "wss");

  /** Registered domain names have no underscore, but the names of many networks do. */
  private static final Pattern AUTHORITY = Pattern.compile("([\\p{L}\\p{N}_.-]+)(?::(.*))?");

  private static final Pattern BARE_IPV6 =
      Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*");
  private static final Pattern PORT = Pattern.compile("\\d{0,9}");

  private static final int MAX_PORT = 65_535;

  /**
   * @throws IllegalArgumentException if {@code url} is not such an address; the message is the
   *     predicate of a sentence about the value, without the value: it may hold a password
   */
  public BrokerUrl {
    url = normalise(url.strip());
  }

  private static String normalise(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("is not a URL: " + e.getReason(), e);
    }
    if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
      // Not echoed: it may hold a password.
      throw new IllegalArgumentException(
          "must not hold a user or password: use the options username and password");
    }
    String scheme = transport(uri.getScheme() == null ? "" : uri.getScheme());
    if (!TRANSPORTS.contains(scheme)) {
      throw new IllegalArgumentException("must begin with " + SCHEMES.replace("`", ""));
    }
    String host = uri.getHost();
    int port = uri.getPort();
    if (host == null) {
      Matcher authority = authority(uri.getRawAuthority() == null ? "" : uri.getAuthority());
      host = ascii(authority.group(1));
      String digits = authority.group(2) == null ? "" : authority.group(2);
      if (!PORT.matcher(digits).matches()) {
        throw new IllegalArgumentException(
            "has a port that is no number, accepted are 1 to " + MAX_PORT);
      }
      port = digits.isEmpty() ? -1 : Integer.parseInt(digits);
    }
    port = port >= 0 ? port : defaultPort(scheme);
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "has port %d, accepted are 1 to %d".formatted(port, MAX_PORT));
    }
    return scheme + "://" + lowerCase(host) + ":" + port + resource(uri, scheme);
  }

  /** An authority that is not the one of a URI, as its host is no domain name. */
  private static Matcher authority(String text) {
    if (BARE_IPV6.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "has an IPv6 address without brackets: write it as in tcp://[::1]:1883");
    }
    Matcher authority = AUTHORITY.matcher(text);
    if (!authority.matches()) {
      throw new IllegalArgumentException("has no host");
    }
    return authority;
  }

  /** The zone of an IPv6 address, such as eth0, has upper case, too. RFC 6874 writes %25 for %. */
  private static String lowerCase(String host) {
    int zone = host.indexOf('%');
    return zone < 0
        ? host.toLowerCase(Locale.ROOT)
        : host.substring(0, zone).toLowerCase(Locale.ROOT)
            + "%25"
            + host.substring(zone).replaceFirst("^%(25(?!]))?", "");
  }

  private static String transport(String scheme) {
    String lower = scheme.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "mqtt" -> "tcp";
      case "mqtts" -> "ssl";
      default -> lower;
    };
  }

  private static String ascii(String host) {
    try {
      return IDN.toASCII(host);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("has a host that is no host name", e);
    }
  }

  private static String resource(URI uri, String scheme) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    boolean webSocket = scheme.startsWith("ws");
    if (!webSocket && !path.isEmpty() && !path.equals("/")) {
      throw new IllegalArgumentException("must not have a path: only ws:// and wss:// have one");
    }
    if (!webSocket && uri.getRawQuery() != null) {
      throw new IllegalArgumentException("must not have a query: only ws:// and wss:// have one");
    }
    if (uri.getRawFragment() != null) {
      throw new IllegalArgumentException("must not have a fragment");
    }
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String host = "ws://host";
    return webSocket
        ? URI.create(host + path + query).toASCIIString().substring(host.length())
        : "";
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

  /** Whether MQTT is carried by a WebSocket: {@code ws} or {@code wss}. */
  public boolean isWebSocket() {
    return url.startsWith("ws");
  }

  /** {@code tcp}, {@code ssl}, {@code ws} or {@code wss}. */
  public String scheme() {
    return url.substring(0, url.indexOf("://"));
  }

  /** The host as a resolver takes it: an IPv6 address is without brackets. */
  String host() {
    String host = writtenHost();
    return host.startsWith("[")
        ? host.substring(1, host.length() - 1).replaceFirst("%25", "%")
        : host;
  }

  private String writtenHost() {
    return authority().substring(0, authority().lastIndexOf(':'));
  }

  /**
   * The host as HTTP has it: with the port where it is not the default one (RFC 6455, section 4.1),
   * and without the zone of an IPv6 address, which means nothing to a server (RFC 6874, section 4).
   */
  public String httpHost() {
    String host = writtenHost().replaceFirst("%.*]", "]");
    return port() == defaultPort(scheme()) ? host : host + ":" + port();
  }

  public int port() {
    return Integer.parseInt(authority().substring(authority().lastIndexOf(':') + 1));
  }

  /** Host and port, an IPv6 address in brackets. */
  String authority() {
    int start = url.indexOf("://") + 3;
    int end = start;
    while (end < url.length() && "/?".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    return url.substring(start, end);
  }

  /** Path and query of a WebSocket; {@code /mqtt} where the URL has no path, as is usual. */
  public String resource() {
    String resource = url.substring(url.indexOf("://") + 3 + authority().length());
    return resource.startsWith("/") ? resource : "/mqtt" + resource;
  }

  /** The same address without its query, which may hold a secret. */
  public BrokerUrl withoutQuery() {
    int query = url.indexOf('?');
    return query < 0 ? this : new BrokerUrl(url.substring(0, query));
  }

  /** The address without its query. */
  @Override
  public String toString() {
    return withoutQuery().url;
  }
}
