// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import io.github.mqttpartitioned.mqtt.DataPlaneInput;
import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.PacketFrame;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The inbound stream of a member's connection. It takes PUBLISH and PUBREL out and puts them into
 * batches.
 *
 * <p>It reads large pieces and processes all packets of a piece at once. The buffer grows only for
 * a packet that is larger than the usual piece, and only as its bytes really arrive: an announced
 * length alone costs no memory. A large packet waits for its {@linkplain MemberMemory#awaitGrant
 * grant} when its first piece is here. Confined to the wire thread.
 */
public final class PacketReader extends DataPlaneInput {

  private static final int PIECE = 128 << 10;

  private final Inbox inbox;
  private final PublishParser parser;
  private final LongSupplier clockMicros;
  private final PacketFrame frame = new PacketFrame();

  private byte[] buffer = new byte[PIECE];
  private int start;
  private int limit;

  /** Whether the packet that is being read has its grant. */
  private boolean granted;

  /** The member leaves: what still comes is dropped, so that the broker can end the connection. */
  private boolean leaving;

  /**
   * @param clockMicros microseconds since 1970, UTC
   * @param disconnect sends DISCONNECT with a reason code
   * @param authentication takes what the broker says about authentication
   */
  public PacketReader(
      InputStream in,
      Inbox inbox,
      PublishParser parser,
      LongSupplier clockMicros,
      Consumer<ReasonCode> disconnect,
      Authentication authentication) {
    super(in, disconnect, authentication);
    this.inbox = inbox;
    this.parser = parser;
    this.clockMicros = clockMicros;
  }

  @Override
  protected void takePiece() throws IOException {
    inbox.inPacket(isConnected() && limit > start);
    makeRoom();
    limit = readWire(buffer, limit);
    if (!leaving) {
      takePackets();
    }
  }

  @Override
  protected void answered(ConnAck connAck) {
    inbox.connected(connAck);
  }

  @Override
  protected void left(Disconnect packet) {
    inbox.disconnected(packet);
  }

  @Override
  protected void ended(Throwable cause) {
    if (cause instanceof PacketTooLargeException) {
      disconnect(ReasonCode.PACKET_TOO_LARGE);
    }
    inbox.end(cause);
  }

  private void makeRoom() throws IOException {
    if (!leaving
        && !granted
        && limit - start == buffer.length
        && frame.length() > MemberMemory.FREE_PACKET) {
      granted = inbox.memory().awaitGrant(frame.length());
      leaving = !granted;
    }
    if (leaving) {
      start = limit;
    }
    int rest = limit - start;
    if (buffer.length > PIECE && rest < PIECE) {
      buffer = Arrays.copyOfRange(buffer, start, start + PIECE);
      parser.letGo();
    } else if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, rest);
    } else if (rest == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, frame.length()));
    }
    start = 0;
    limit = rest;
    if (granted && buffer.length == PIECE) {
      inbox.memory().release();
      granted = false;
    }
  }

  private void takePackets() throws IOException {
    long now = clockMicros.getAsLong();
    @Nullable Batch batch = null;
    try {
      while (frame.read(buffer, start, limit)) {
        int header = buffer[start] & 0xFF;
        int type = PacketType.of(header);
        checkOrder(type, header);
        int bodyStart = frame.bodyStart();
        int bodyEnd = frame.bodyEnd();
        while (batch == null || !batch.hasRoom(frame.bodyLength())) {
          if (batch != null) {
            inbox.checkInFull(batch, parser.idsInFlight());
          }
          batch = null;
          batch = inbox.checkOut();
          if (batch == null) {
            leaving = true;
            return;
          }
        }
        switch (type) {
          case PacketType.PUBLISH -> parser.publish(buffer, header, bodyStart, bodyEnd, now, batch);
          case PacketType.PUBREL -> parser.pubrel(buffer, header, bodyStart, bodyEnd, batch);
          default -> takeOther(type, header, bodyStart, bodyEnd, batch);
        }
        start = bodyEnd;
      }
    } catch (RuntimeException | Error e) {
      // The batch may hold half a message. None of it was acknowledged, so all of it comes again.
      batch = null;
      throw e;
    } finally {
      if (batch != null) {
        inbox.checkIn(batch, parser.idsInFlight());
      }
    }
  }

  private void takeOther(int type, int header, int bodyStart, int bodyEnd, Batch batch)
      throws IOException {
    ByteBuffer body = ByteBuffer.wrap(buffer, bodyStart, bodyEnd - bodyStart);
    if (PacketType.flags(header) != 0 || (type == PacketType.PINGRESP && body.hasRemaining())) {
      batch.countBreach();
    }
    switch (type) {
      case PacketType.CONNACK -> {
        if (!takeConnAck(body).sessionPresent()) {
          parser.forgetSession(batch);
        }
      }
      case PacketType.SUBACK, PacketType.UNSUBACK ->
          inbox.answers().answered(ControlPackets.subAck(body));
      default -> takeControl(type, header, body);
    }
  }
}
