// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;

/**
 * Sends binary messages, masked as a client's must be (RFC 6455, section 5.3). Each write is sent
 * at once, in messages of one frame of at most 16 KiB: many servers refuse larger ones. Nothing is
 * sent after CLOSE. Thread-safe.
 */
final class FrameOutput extends OutputStream {

  private static final int MOST_PAYLOAD = 16 << 10;
  private static final int MOST_HEADER = 8;
  private static final int MASK_BYTES = 4;

  private final OutputStream out;
  private final SecureRandom random = new SecureRandom();
  private final byte[] mask = new byte[MASK_BYTES];
  private final byte[] frame = new byte[MOST_HEADER + MOST_PAYLOAD];
  private boolean closed;

  FrameOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] source, int offset, int length) throws IOException {
    for (int sent = 0; sent < length; sent += MOST_PAYLOAD) {
      send(Opcode.BINARY, source, offset + sent, Math.min(MOST_PAYLOAD, length - sent));
    }
  }

  synchronized void pong(byte[] payload) throws IOException {
    send(Opcode.PONG, payload, 0, payload.length);
    out.flush();
  }

  /** Sends CLOSE, after which nothing more is sent. */
  synchronized void close(int code) throws IOException {
    send(Opcode.CLOSE, new byte[] {(byte) (code >>> Byte.SIZE), (byte) code}, 0, Short.BYTES);
    closed = true;
    out.flush();
  }

  private void send(int opcode, byte[] source, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("the WebSocket is closed");
    }
    int at = 0;
    frame[at++] = (byte) (Opcode.FIN | opcode);
    if (length < Opcode.LENGTH_16) {
      frame[at++] = (byte) (Opcode.MASKED | length);
    } else {
      frame[at++] = (byte) (Opcode.MASKED | Opcode.LENGTH_16);
      frame[at++] = (byte) (length >>> Byte.SIZE);
      frame[at++] = (byte) length;
    }
    random.nextBytes(mask);
    System.arraycopy(mask, 0, frame, at, MASK_BYTES);
    at += MASK_BYTES;
    for (int i = 0; i < length; i++) {
      frame[at++] = (byte) (source[offset + i] ^ mask[i & (MASK_BYTES - 1)]);
    }
    out.write(frame, 0, at);
  }

  @Override
  public synchronized void flush() throws IOException {
    out.flush();
  }
}
