// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import static io.github.mqttpartitioned.mqtt.websocket.HandshakeException.NOT_HTTP;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The HTTP request that opens a WebSocket, and the check of its answer (RFC 6455, section 4).
 *
 * @param host host and port, as the header Host has them
 * @param resource path and query, in ASCII
 * @param subprotocol the subprotocol that is asked for
 * @param headers more headers of the request; they may hold secrets
 */
public record Handshake(
    String host, String resource, String subprotocol, Map<String, String> headers) {

  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int MOST_BYTES = 64 << 10;
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int KEY_BYTES = 16;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: (.*))?");

  public Handshake {
    headers = Map.copyOf(headers);
  }

  void shake(InputStream in, OutputStream out) throws IOException {
    byte[] nonce = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    out.write(request(key).getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
    check(head(in), key);
  }

  private String request(String key) {
    StringBuilder request = new StringBuilder("GET ").append(resource).append(" HTTP/1.1\r\n");
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.put("Host", host);
    all.putAll(headers);
    all.put("Upgrade", "websocket");
    all.put("Connection", "Upgrade");
    all.put("Sec-WebSocket-Key", key);
    all.put("Sec-WebSocket-Version", "13");
    all.put("Sec-WebSocket-Protocol", subprotocol);
    all.forEach((name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    return request.append("\r\n").toString();
  }

  /** Reads no byte beyond the head: frames follow it. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ended = 0;
    while (ended < 2) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException(
            head.size() == 0
                ? "the other end closed the connection instead of an HTTP answer"
                : "the other end closed the connection within its HTTP answer");
      }
      head.write(next);
      if (next == '\n') {
        ended++;
      } else if (next != '\r') {
        ended = 0;
      }
      if (head.size() == 1 && next != 'H') {
        throw new HandshakeException(NOT_HTTP, "the answer is not HTTP");
      }
      if (head.size() > MOST_BYTES) {
        throw new HandshakeException(NOT_HTTP, "the answer's headers have no end");
      }
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private void check(String head, String key) throws HandshakeException {
    String[] lines = head.split("\r?\n");
    Matcher first = STATUS.matcher(lines[0]);
    if (!first.matches()) {
      throw new HandshakeException(NOT_HTTP, "the answer is not HTTP/1.1");
    }
    int status = Integer.parseInt(first.group(1));
    Map<String, String> answer = headers(lines);
    if (status != SWITCHING_PROTOCOLS) {
      String phrase = Optional.ofNullable(first.group(2)).orElse("").strip();
      String moved =
          Optional.ofNullable(answer.get("Location"))
              .map(to -> ", to " + withoutQuery(to))
              .orElse("");
      throw new HandshakeException(
          status,
          "the server answered HTTP %s%s".formatted((status + " " + phrase).strip(), moved));
    }
    require(answer, "Upgrade", "websocket");
    require(answer, "Connection", "upgrade");
    if (!accept(key).equals(answer.get("Sec-WebSocket-Accept"))) {
      throw new HandshakeException(status, "Sec-WebSocket-Accept does not fit the request");
    }
    String spoken = answer.getOrDefault("Sec-WebSocket-Protocol", subprotocol);
    if (!spoken.equalsIgnoreCase(subprotocol)) {
      throw new HandshakeException(
          status, "the server speaks the subprotocol %s, not %s".formatted(spoken, subprotocol));
    }
  }

  private static Map<String, String> headers(String[] lines) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.merge(
            lines[i].substring(0, colon).strip(),
            lines[i].substring(colon + 1).strip(),
            (one, other) -> one + ", " + other);
      }
    }
    return headers;
  }

  private static String withoutQuery(String location) {
    return location.replaceFirst("[?#].*", "");
  }

  private static void require(Map<String, String> headers, String name, String token)
      throws HandshakeException {
    String value = headers.getOrDefault(name, "").toLowerCase(Locale.ROOT);
    for (String one : value.split(",", -1)) {
      if (one.strip().equals(token)) {
        return;
      }
    }
    throw new HandshakeException(
        SWITCHING_PROTOCOLS, "the answer's header %s does not hold %s".formatted(name, token));
  }

  private static String accept(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return Base64.getEncoder()
          .encodeToString(sha1.digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
