package io.github.mqttpartitioned.benchmark.ingest;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * The limit: reads large pieces, steps from packet to packet, answers what has come with one write,
 * and forgets it. Nothing that takes messages over can be faster on the same socket.
 */
final class BareTaker implements Taker {

  private static final int PIECE = 128 << 10;
  private static final int SHORTEST_PUBLISH = 5;

  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int SUBSCRIBE = 0x82;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBCOMP = 0x70;
  private static final int PUBLISH_TYPE = 0x3;
  private static final int PUBREL_TYPE = 0x6;
  private static final int QOS_MASK = 0b110;
  private static final int RECEIVE_MAXIMUM_PROPERTY = 0x21;
  private static final int RECEIVE_MAXIMUM = 65_535;
  private static final int KEEP_ALIVE_SECONDS = 600;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Thread thread;
  private final byte[] answers = new byte[PIECE];
  private int answersLength;
  private volatile long taken;

  private BareTaker(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    this.thread = new Thread(this::readAll, "bare-reader");
    this.thread.setDaemon(true);
  }

  static BareTaker connect(String url, int qos) throws IOException {
    URI uri = URI.create(url);
    Socket socket = new Socket(uri.getHost(), uri.getPort());
    try {
      socket.setTcpNoDelay(true);
      BareTaker taker = new BareTaker(socket);
      taker.out.write(connectPacket());
      taker.awaitConnAck();
      taker.out.write(subscribePacket(qos));
      taker.thread.start();
      return taker;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static byte[] connectPacket() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(body);
    data.writeUTF("MQTT");
    data.writeByte(5);
    data.writeByte(0);
    data.writeShort(KEEP_ALIVE_SECONDS);
    data.writeByte(3);
    data.writeByte(RECEIVE_MAXIMUM_PROPERTY);
    data.writeShort(RECEIVE_MAXIMUM);
    data.writeUTF("benchmark-bare");
    return packet(CONNECT, body.toByteArray());
  }

  private static byte[] subscribePacket(int qos) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(body);
    data.writeShort(1);
    data.writeByte(0);
    data.write(new byte[] {0, (byte) Member.FILTER.length()});
    data.write(Member.FILTER.getBytes(StandardCharsets.UTF_8));
    data.writeByte(qos);
    return packet(SUBSCRIBE, body.toByteArray());
  }

  private static byte[] packet(int header, byte[] body) {
    byte[] packet = new byte[body.length + 2];
    packet[0] = (byte) header;
    packet[1] = (byte) body.length;
    System.arraycopy(body, 0, packet, 2, body.length);
    return packet;
  }

  private void awaitConnAck() throws IOException {
    int header = in.read();
    int length = in.read();
    byte[] body = in.readNBytes(Math.max(length, 0));
    if (header != CONNACK || body.length < 2 || body[1] != 0) {
      throw new IOException("the broker did not accept the bare reader");
    }
  }

  private void readAll() {
    byte[] piece = new byte[PIECE];
    int limit = 0;
    try {
      while (true) {
        int count = in.read(piece, limit, piece.length - limit);
        if (count < 0) {
          throw new EOFException();
        }
        limit += count;
        int end = takePackets(piece, limit);
        if (answersLength > 0) {
          out.write(answers, 0, answersLength);
          answersLength = 0;
        }
        System.arraycopy(piece, end, piece, 0, limit - end);
        limit -= end;
      }
    } catch (IOException e) {
      // The broker has gone, or close() was called; taken() tells how far it came.
    }
  }

  /** Returns the end of the last whole packet. */
  private int takePackets(byte[] piece, int limit) throws IOException {
    int start = 0;
    long messages = 0;
    while (limit - start >= 2) {
      int length = 0;
      int at = start + 1;
      for (int shift = 0; ; shift += 7) {
        if (at == limit) {
          taken += messages;
          return start;
        }
        int next = piece[at++];
        length |= (next & 0x7F) << shift;
        if (next >= 0) {
          break;
        }
      }
      if (limit - at < length) {
        break;
      }
      int header = piece[start];
      int type = header >>> 4 & 0xF;
      if (type == PUBLISH_TYPE) {
        messages++;
        int qos = (header & QOS_MASK) >>> 1;
        if (qos > 0) {
          int topicLength = (piece[at] & 0xFF) << 8 | piece[at + 1] & 0xFF;
          answer(qos == 1 ? PUBACK : PUBREC, piece, at + 2 + topicLength);
        }
      } else if (type == PUBREL_TYPE) {
        answer(PUBCOMP, piece, at);
      }
      start = at + length;
    }
    taken += messages;
    return start;
  }

  private void answer(int header, byte[] piece, int idAt) throws IOException {
    if (answers.length - answersLength < SHORTEST_PUBLISH) {
      out.write(answers, 0, answersLength);
      answersLength = 0;
    }
    answers[answersLength] = (byte) header;
    answers[answersLength + 1] = 2;
    answers[answersLength + 2] = piece[idAt];
    answers[answersLength + 3] = piece[idAt + 1];
    answersLength += 4;
  }

  @Override
  public long taken() {
    return taken;
  }

  @Override
  public void verify() {
    // It keeps nothing that could be looked at.
  }

  @Override
  public void close() throws IOException {
    socket.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
