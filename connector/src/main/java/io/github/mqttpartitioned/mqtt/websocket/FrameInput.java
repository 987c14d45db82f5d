// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The content of the binary messages that a server sends. A frame may have any length, and may
 * pause anywhere. Its content is passed on as it arrives, and is not kept. The answer to PING is
 * PONG.
 *
 * <p>Confined to one thread.
 */
final class FrameInput extends InputStream {

  private static final int BUFFER = 64 << 10;
  private static final int MOST_CONTROL_PAYLOAD = 125;

  private final InputStream in;
  private final FrameOutput out;
  private final byte[] buffer = new byte[BUFFER];
  private int start;
  private int limit;

  /** What is still to come of the frame that is being read. */
  private long payloadLeft;

  /** The last data frame was not the last one of its message. */
  private boolean inMessage;

  private boolean ended;

  FrameInput(InputStream in, FrameOutput out) {
    this.in = in;
    this.out = out;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  /** Waits for the first byte only, then takes what has already arrived. */
  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = 0;
    while (count < length && !ended) {
      if (payloadLeft == 0) {
        if (count > 0 && !isDataNext()) {
          // A fault in the next frame must not lose the bytes before it.
          break;
        } else if (isFrameHere()) {
          takeFrame();
        } else if (count > 0) {
          break;
        } else {
          fill();
        }
      } else if (start < limit) {
        int piece = (int) Math.min(Math.min(limit - start, length - count), payloadLeft);
        System.arraycopy(buffer, start, target, offset + count, piece);
        start += piece;
        payloadLeft -= piece;
        count += piece;
      } else if (count > 0) {
        break;
      } else if (payloadLeft >= BUFFER) {
        int piece = in.read(target, offset, (int) Math.min(length, payloadLeft));
        ended = piece < 0;
        payloadLeft -= Math.max(0, piece);
        count = Math.max(0, piece);
      } else {
        fill();
      }
    }
    return count > 0 || length == 0 ? count : -1;
  }

  /** Waits for more bytes. The buffer has room for them. */
  private void fill() throws IOException {
    System.arraycopy(buffer, start, buffer, 0, limit - start);
    limit -= start;
    start = 0;
    int count = in.read(buffer, limit, buffer.length - limit);
    if (count < 0) {
      ended = true;
    } else {
      limit += count;
    }
  }

  private boolean isDataNext() {
    return limit - start >= 2
        && (buffer[start] & ~Opcode.FIN & ~Opcode.BINARY & 0xFF) == 0
        && (buffer[start + 1] & Opcode.MASKED) == 0;
  }

  /** Whether the buffer holds the header of a frame, and all of it if it is a control frame. */
  private boolean isFrameHere() throws IOException {
    int here = limit - start;
    if (here < 2) {
      return false;
    }
    int length = buffer[start + 1] & ~Opcode.MASKED & 0xFF;
    if (Opcode.isControl(buffer[start] & 0x0F)) {
      if (length > MOST_CONTROL_PAYLOAD) {
        throw violation("a control frame of more than 125 bytes");
      }
      return here >= 2 + length;
    }
    return here >= 2 + lengthBytes(length);
  }

  private static int lengthBytes(int length) {
    return length == Opcode.LENGTH_64 ? Long.BYTES : length == Opcode.LENGTH_16 ? Short.BYTES : 0;
  }

  private void takeFrame() throws IOException {
    int first = buffer[start] & 0xFF;
    int second = buffer[start + 1] & 0xFF;
    start += 2;
    int opcode = first & 0x0F;
    boolean isLast = (first & Opcode.FIN) != 0;
    if ((first & Opcode.RESERVED) != 0) {
      throw violation("a frame with reserved bits");
    }
    if ((second & Opcode.MASKED) != 0) {
      throw violation("a masked frame");
    }
    if (Opcode.isControl(opcode)) {
      if (!isLast) {
        throw violation("a control frame in fragments");
      }
      takeControl(opcode, second);
    } else {
      takeData(opcode, isLast, second);
    }
  }

  private void takeData(int opcode, boolean isLast, int shortLength) throws IOException {
    if (opcode == Opcode.TEXT) {
      throw close(Opcode.NOT_ACCEPTED, "a text message, but MQTT is binary");
    }
    if (opcode > Opcode.BINARY) {
      throw violation("a frame of the unknown kind " + opcode);
    }
    if (inMessage != (opcode == Opcode.CONTINUATION)) {
      throw violation(
          inMessage
              ? "a new message within the fragments of another one"
              : "a continuation of no message");
    }
    inMessage = !isLast;
    payloadLeft = shortLength;
    int more = lengthBytes(shortLength);
    if (more > 0) {
      payloadLeft = 0;
      for (int i = 0; i < more; i++) {
        payloadLeft = (payloadLeft << Byte.SIZE) | (buffer[start + i] & 0xFF);
      }
      start += more;
      if (payloadLeft < 0) {
        payloadLeft = 0;
        throw violation("a length of more than 63 bits");
      }
    }
  }

  private void takeControl(int opcode, int length) throws IOException {
    ByteBuffer payload = ByteBuffer.wrap(buffer, start, length).slice();
    start += length;
    switch (opcode) {
      case Opcode.PING -> {
        byte[] content = new byte[length];
        payload.get(content);
        out.pong(content);
      }
      case Opcode.PONG -> {
        // Nobody has asked for it, which is allowed.
      }
      case Opcode.CLOSE -> takeClose(payload);
      default -> throw violation("a frame of the unknown kind " + opcode);
    }
  }

  private void takeClose(ByteBuffer payload) throws IOException {
    if (payload.remaining() == 1) {
      throw violation("half a code in a CLOSE frame");
    }
    int code = payload.hasRemaining() ? payload.getShort() & 0xFFFF : Opcode.NORMAL;
    if (!Opcode.mayClose(code)) {
      throw violation("the code %d in a CLOSE frame".formatted(code));
    }
    ended = true;
    try {
      out.close(code);
    } catch (IOException e) {
      // The server does not have to wait for the answer.
    }
    if (code != Opcode.NORMAL) {
      String reason = StandardCharsets.UTF_8.decode(payload).toString();
      throw new IOException(
          "the broker closed the WebSocket with code %d%s"
              .formatted(code, reason.isEmpty() ? "" : " (\"" + reason + "\")"));
    }
  }

  private IOException violation(String what) {
    return close(Opcode.PROTOCOL_ERROR, what);
  }

  private IOException close(int code, String what) {
    ended = true;
    IOException failure =
        new IOException("the broker sent what a WebSocket does not allow: " + what);
    try {
      out.close(code);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
