// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.sink;

import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.Packets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The fastest writer there can be, to compare others with: one packet that is copied again and
 * again with another id, 64 KiB in a write, and a second thread that only counts confirmations.
 */
final class BareWriter {

  private static final int IDS = 65_535;
  private static final int PUBACK_BYTES = 4;
  private static final int BUFFER_BYTES = 64 << 10;
  private static final long LIMIT_SECONDS = 600;

  private BareWriter() {}

  /** Publishes at QoS 1, and returns when all is confirmed. */
  static void write(String url, String topic, byte[] payload, long messages)
      throws IOException, InterruptedException {
    URI uri = URI.create(url);
    Semaphore window = new Semaphore(IDS);
    byte[] packet = Packets.publish(topic, payload, 1, 1);
    int idAt = packet.length - payload.length - 1 - Short.BYTES;
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      out.write(Packets.connect("bare-writer", true, 600, MqttProperties.NONE, null, null));
      InputStream in = socket.getInputStream();
      skipConnack(in);
      Thread reader = new Thread(() -> count(in, window, messages), "bare-writer");
      reader.setDaemon(true);
      reader.start();
      byte[] bytes = new byte[BUFFER_BYTES];
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      for (long i = 0; i < messages; i++) {
        if (!window.tryAcquire()) {
          flush(bytes, buffer, out);
          if (!window.tryAcquire(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the broker does not confirm");
          }
        }
        if (buffer.remaining() < packet.length) {
          flush(bytes, buffer, out);
        }
        int start = buffer.position();
        buffer.put(packet).putShort(start + idAt, (short) (1 + i % IDS));
      }
      flush(bytes, buffer, out);
      if (!window.tryAcquire(IDS, LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the broker has not confirmed all");
      }
    }
  }

  private static void skipConnack(InputStream in) throws IOException {
    if (in.read() != 0x20) {
      throw new IOException("no CONNACK");
    }
    in.readNBytes(in.read());
  }

  private static void flush(byte[] bytes, ByteBuffer buffer, OutputStream out) throws IOException {
    out.write(bytes, 0, buffer.position());
    buffer.clear();
  }

  private static void count(InputStream in, Semaphore window, long messages) {
    byte[] piece = new byte[BUFFER_BYTES];
    long bytes = 0;
    long confirmed = 0;
    try {
      while (confirmed < messages) {
        int count = in.read(piece);
        if (count < 0) {
          return;
        }
        bytes += count;
        // Mosquitto answers with no reason code while there is a subscriber.
        long now = bytes / PUBACK_BYTES;
        window.release((int) (now - confirmed));
        confirmed = now;
      }
    } catch (IOException e) {
      // The writer sees that confirmations are missing.
    }
  }
}
