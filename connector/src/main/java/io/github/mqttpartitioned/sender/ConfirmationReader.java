// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static io.github.mqttpartitioned.mqtt.ReasonCode.MALFORMED_PACKET;
import static io.github.mqttpartitioned.mqtt.ReasonCode.PROTOCOL_ERROR;

import io.github.mqttpartitioned.mqtt.Authentication;
import io.github.mqttpartitioned.mqtt.ControlPackets;
import io.github.mqttpartitioned.mqtt.ControlPackets.Confirmation;
import io.github.mqttpartitioned.mqtt.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.PacketType;
import io.github.mqttpartitioned.mqtt.ReasonCode;
import io.github.mqttpartitioned.mqtt.VarInt;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The inbound stream of a sender's connection as Paho sees it. It takes PUBACK, PUBREC and PUBCOMP
 * (sections 3.4, 3.5, 3.7) out and gives them to the {@link Outbox}, all of one read under one
 * lock; of the rest it gives Paho what Paho must know. Confined to the wire thread.
 */
final class ConfirmationReader extends InputStream {

  private static final int PIECE = 32 << 10;

  /** Most bytes of a packet: a Reason String and some User Properties. */
  private static final int LONGEST_PACKET = 1 << 20;

  /** What the connection learns from its broker. */
  interface Events {
    void connAck(ConnAck connAck);

    void disconnect(ControlPackets.Disconnect disconnect);

    void ended(Throwable cause);
  }

  private final InputStream in;
  private final Outbox outbox;
  private final int connection;
  private final Events events;
  private final Consumer<ReasonCode> disconnect;
  private final Authentication authentication;

  private byte[] buffer = new byte[PIECE];
  private int start;
  private int limit;
  private boolean connected;
  private byte[] forPaho = new byte[0];
  private int forPahoStart;

  /**
   * @param connection number of the connection
   * @param disconnect sends DISCONNECT with a reason code
   */
  ConfirmationReader(
      InputStream in,
      Outbox outbox,
      int connection,
      Events events,
      Consumer<ReasonCode> disconnect,
      Authentication authentication) {
    this.in = in;
    this.outbox = outbox;
    this.connection = connection;
    this.events = events;
    this.disconnect = disconnect;
    this.authentication = authentication;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      while (available() == 0) {
        readPiece();
        synchronized (outbox) {
          takePackets();
          outbox.settle();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      if (e instanceof MalformedPacketException malformed) {
        disconnect.accept(malformed.reasonCode());
      }
      events.ended(e);
      throw e instanceof IOException io ? io : new IOException(e);
    }
    int count = Math.min(length, available());
    System.arraycopy(forPaho, forPahoStart, target, offset, count);
    forPahoStart += count;
    return count;
  }

  @Override
  public int available() {
    return forPaho.length - forPahoStart;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void readPiece() throws IOException {
    System.arraycopy(buffer, start, buffer, 0, limit - start);
    limit -= start;
    start = 0;
    if (limit == buffer.length) {
      if (limit >= LONGEST_PACKET) {
        throw new MalformedPacketException(
            ReasonCode.PACKET_TOO_LARGE, "a packet is longer than %d bytes".formatted(limit));
      }
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int count = in.read(buffer, limit, buffer.length - limit);
    if (count < 0) {
      throw new EOFException("the broker closed the connection");
    }
    limit += count;
  }

  private void takePackets() throws IOException {
    while (true) {
      long length = VarInt.read(buffer, start + 1, limit);
      if (length == VarInt.MALFORMED) {
        throw new MalformedPacketException(
            MALFORMED_PACKET, "Remaining Length is longer than 4 bytes");
      }
      int body = start + 1 + VarInt.length(length);
      if (length == VarInt.INCOMPLETE || limit - body < VarInt.value(length)) {
        return;
      }
      int end = body + VarInt.value(length);
      take(buffer[start] & 0xFF, body, end);
      start = end;
    }
  }

  private void take(int header, int body, int end) throws IOException {
    if (connected == (header == PacketType.CONNACK) && header != PacketType.AUTH) {
      throw new MalformedPacketException(
          PROTOCOL_ERROR,
          connected
              ? "a second CONNACK, section 3.2"
              : "a packet that begins with 0x%02X before CONNACK".formatted(header));
    }
    switch (header) {
      case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBCOMP -> confirm(header, body, end);
      case PacketType.PINGRESP -> {
        // That it has arrived is all that it says.
      }
      case PacketType.CONNACK -> {
        ConnAck connAck = ControlPackets.connAck(ByteBuffer.wrap(buffer, body, end - body));
        if (connAck.reasonCode() == ReasonCode.SUCCESS) {
          authentication.accepted(
              ControlPackets.authOfConnAck(ByteBuffer.wrap(buffer, body, end - body)));
        }
        events.connAck(connAck);
        if (connAck.reasonCode() != ReasonCode.SUCCESS) {
          throw new IOException("the broker refused the connection");
        }
        connected = true;
        giveToPaho(connAck.forPaho());
      }
      case PacketType.AUTH ->
          authentication.received(ControlPackets.auth(ByteBuffer.wrap(buffer, body, end - body)));
      case PacketType.DISCONNECT -> {
        events.disconnect(ControlPackets.disconnect(ByteBuffer.wrap(buffer, body, end - body)));
        throw new IOException("the broker sent DISCONNECT");
      }
      default ->
          throw new MalformedPacketException(
              PROTOCOL_ERROR, "a packet that begins with 0x%02X".formatted(header));
    }
  }

  private void confirm(int type, int body, int end) throws MalformedPacketException {
    if (end - body == Short.BYTES) {
      int packetId = (buffer[body] & 0xFF) << Byte.SIZE | (buffer[body + 1] & 0xFF);
      outbox.confirm(connection, type, packetId, ReasonCode.SUCCESS, "");
      return;
    }
    Confirmation answer =
        ControlPackets.confirmation(ByteBuffer.wrap(buffer, body, end - body).slice());
    outbox.confirm(connection, type, answer.packetId(), answer.reasonCode(), answer.reason());
  }

  private void giveToPaho(byte[] packet) {
    int waiting = available();
    byte[] all = Arrays.copyOfRange(forPaho, forPahoStart, forPahoStart + waiting + packet.length);
    System.arraycopy(packet, 0, all, waiting, packet.length);
    forPaho = all;
    forPahoStart = 0;
  }
}
