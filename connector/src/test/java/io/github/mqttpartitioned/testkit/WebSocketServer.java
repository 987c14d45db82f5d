// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** The server's side of a WebSocket's handshake (RFC 6455), for the subprotocol {@code mqtt}. */
final class WebSocketServer {

  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketServer() {}

  /**
   * Reads a client's request and accepts it.
   *
   * @return the head of the request; empty if the client leaves before
   */
  static Optional<String> shake(InputStream in, OutputStream out) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        return Optional.empty();
      }
      head.write(next);
    }
    String request = head.toString(StandardCharsets.ISO_8859_1);
    String key = "";
    for (String line : request.lines().toList()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
        key = line.substring(line.indexOf(':') + 1).strip();
      }
    }
    out.write(
        """
        HTTP/1.1 101 Switching Protocols\r
        upgrade: WebSocket\r
        connection: keep-alive, Upgrade\r
        sec-websocket-accept: %s\r
        sec-websocket-protocol: mqtt\r
        \r
        """
            .formatted(accept(key))
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return Optional.of(request);
  }

  private static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
