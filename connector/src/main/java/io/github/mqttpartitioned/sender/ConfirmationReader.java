// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.DataPlaneInput;
import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Confirmation;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.packet.PacketFrame;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The inbound stream of a sender's connection. It takes PUBACK, PUBREC and PUBCOMP (sections 3.4,
 * 3.5, 3.7) out and gives them to the {@link Outbox}, all of one read under one lock. Confined to
 * the wire thread.
 */
final class ConfirmationReader extends DataPlaneInput {

  private static final int PIECE = 32 << 10;

  /** Most bytes of a packet: a Reason String and some User Properties. */
  private static final int LONGEST_PACKET = 1 << 20;

  /** What the connection learns from its broker. */
  interface Events {
    void connAck(ConnAck connAck);

    void disconnect(Disconnect disconnect);

    void ended(Throwable cause);
  }

  private final Outbox outbox;
  private final int connection;
  private final Events events;
  private final PacketFrame frame = new PacketFrame();

  private byte[] buffer = new byte[PIECE];
  private int start;
  private int limit;

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
    super(in, disconnect, authentication);
    this.outbox = outbox;
    this.connection = connection;
    this.events = events;
  }

  @Override
  protected void takePiece() throws IOException {
    makeRoom();
    limit = readWire(buffer, limit);
    synchronized (outbox) {
      takePackets();
      outbox.settle();
    }
  }

  @Override
  protected void answered(ConnAck connAck) {
    events.connAck(connAck);
  }

  @Override
  protected void left(Disconnect packet) {
    events.disconnect(packet);
  }

  @Override
  protected void ended(Throwable cause) {
    events.ended(cause);
  }

  private void makeRoom() throws MalformedPacketException {
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
  }

  private void takePackets() throws IOException {
    while (frame.read(buffer, start, limit)) {
      take(buffer[start] & 0xFF, frame.bodyStart(), frame.bodyEnd());
      start = frame.bodyEnd();
    }
  }

  private void take(int header, int body, int end) throws IOException {
    checkOrder(header, header);
    switch (header) {
      case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBCOMP -> confirm(header, body, end);
      case PacketType.CONNACK -> takeConnAck(ByteBuffer.wrap(buffer, body, end - body));
      default -> takeControl(header, header, ByteBuffer.wrap(buffer, body, end - body));
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
}
