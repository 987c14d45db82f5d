// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.packet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The outbound stream of a connection as Paho sees it. It holds Paho's packets until Paho flushes,
 * and sends them whole: a packet of Paho never stands within acknowledgements, nor these within it.
 * Nothing is sent after DISCONNECT, [MQTT-3.14.4-1].
 *
 * <p>Paho writes from one thread; {@link #send} may be called from any.
 */
public final class PacketWriter extends OutputStream {

  /** Most bytes of one write: how far a packet has left shows after each. */
  private static final int PIECE = 64 << 10;

  private static final byte[] PINGREQ = {(byte) PacketType.PINGREQ, 0};

  private final OutputStream out;
  private final ByteArrayOutputStream fromPaho = new ByteArrayOutputStream();

  /** Guarded by the stream. */
  private boolean disconnected;

  private volatile long sentAt = System.nanoTime();

  public PacketWriter(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) {
    fromPaho.write(value);
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    fromPaho.write(source, offset, length);
  }

  @Override
  public void flush() throws IOException {
    synchronized (out) {
      if (!disconnected) {
        fromPaho.writeTo(out);
        out.flush();
        sentAt = System.nanoTime();
      }
      fromPaho.reset();
    }
  }

  /**
   * Sends whole packets of our own.
   *
   * @return false if DISCONNECT has been sent before
   * @throws IOException if the connection is over
   */
  public boolean send(byte[] packets, int length) throws IOException {
    return send(packets, 0, length);
  }

  public boolean send(byte[] packets, int offset, int length) throws IOException {
    synchronized (out) {
      if (disconnected) {
        return false;
      }
      for (int sent = 0; sent < length; sent += PIECE) {
        out.write(packets, offset + sent, Math.min(PIECE, length - sent));
        out.flush();
        sentAt = System.nanoTime();
      }
      return true;
    }
  }

  /**
   * Sends PINGREQ (section 3.12), behind what is being sent.
   *
   * @return when its turn came, as {@link System#nanoTime} counts
   */
  public long ping() throws IOException {
    synchronized (out) {
      long turn = System.nanoTime();
      send(PINGREQ, PINGREQ.length);
      return turn;
    }
  }

  /** When bytes were last sent, as {@link System#nanoTime} counts. From any thread. */
  public long sentAt() {
    return sentAt;
  }

  /** Sends DISCONNECT, after which nothing more is sent. */
  public void disconnect(byte[] packet) throws IOException {
    synchronized (out) {
      send(packet, packet.length);
      disconnected = true;
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
