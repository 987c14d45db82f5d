package io.github.mqttpartitioned.receiver;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The outbound stream of a connection as Paho sees it. Paho's packets are held until it flushes,
 * and go out whole: never in the middle of our acknowledgements, nor these in the middle of them.
 *
 * <p>Paho writes from one thread; {@link #send} may be called from any.
 */
final class PacketWriter extends OutputStream {

  private final OutputStream out;
  private final ByteArrayOutputStream fromPaho = new ByteArrayOutputStream();

  PacketWriter(OutputStream out) {
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
      fromPaho.writeTo(out);
      fromPaho.reset();
      out.flush();
    }
  }

  /** Sends whole packets of our own. */
  void send(byte[] packets, int length) throws IOException {
    synchronized (out) {
      out.write(packets, 0, length);
      out.flush();
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
