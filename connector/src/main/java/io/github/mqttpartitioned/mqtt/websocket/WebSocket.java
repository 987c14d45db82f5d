// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * An open WebSocket. Its streams carry the content of binary messages; MQTT packets may begin and
 * end anywhere in them (section 6.0).
 *
 * @param input answers PING with PONG, and ends when the server closes the WebSocket. Confined to
 *     one thread
 * @param output sends what it is given at once. Thread-safe
 */
public record WebSocket(InputStream input, OutputStream output) {

  /**
   * Opens a WebSocket.
   *
   * @param in what the server sends
   * @param out what the server gets
   * @throws HandshakeException if the server answers with anything but a WebSocket
   * @throws IOException if the connection ends
   */
  public static WebSocket open(InputStream in, OutputStream out, Handshake handshake)
      throws IOException {
    handshake.shake(in, out);
    FrameOutput output = new FrameOutput(out);
    return new WebSocket(new FrameInput(in, output), output);
  }
}
