// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static io.github.mqttpartitioned.mqtt.ReasonCode.MALFORMED_PACKET;
import static io.github.mqttpartitioned.mqtt.ReasonCode.PROTOCOL_ERROR;

import io.github.mqttpartitioned.mqtt.Authentication;
import io.github.mqttpartitioned.mqtt.ControlPackets;
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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The inbound stream of a connection as Paho sees it. It takes PUBLISH and PUBREL out and puts them
 * into batches; of the rest it gives Paho what Paho must know.
 *
 * <p>It reads large pieces and processes all packets of a piece at once. The buffer grows only for
 * a packet that is larger than the usual piece, and only as its bytes really arrive: an announced
 * length alone costs no memory. A large packet waits for its {@linkplain MemberMemory#awaitGrant
 * grant} when its first piece is here. Confined to the wire thread.
 */
public final class PacketReader extends InputStream {

  private static final int PIECE = 128 << 10;

  private final InputStream in;
  private final Inbox inbox;
  private final PublishParser parser;
  private final LongSupplier clockMicros;
  private final Consumer<ReasonCode> disconnect;
  private final Authentication authentication;

  private byte[] buffer = new byte[PIECE];
  private int start;
  private int limit;
  private int remainingLength;
  private int packetLength;

  /** Whether the packet that is being read has its grant. */
  private boolean granted;

  private byte[] forPaho = new byte[0];
  private int forPahoStart;
  private int forPahoEnd;
  private boolean connected;

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
    this.in = in;
    this.inbox = inbox;
    this.parser = parser;
    this.clockMicros = clockMicros;
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
      while (forPahoStart == forPahoEnd) {
        inbox.inPacket(connected && limit > start);
        readPiece();
        if (!leaving) {
          takePackets();
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      if (e instanceof MalformedPacketException malformed) {
        disconnect.accept(malformed.reasonCode());
      } else if (e instanceof PacketTooLargeException) {
        disconnect.accept(ReasonCode.PACKET_TOO_LARGE);
      }
      inbox.end(e);
      throw e instanceof IOException io ? io : new IOException(e);
    }
    int count = Math.min(length, forPahoEnd - forPahoStart);
    System.arraycopy(forPaho, forPahoStart, target, offset, count);
    forPahoStart += count;
    return count;
  }

  @Override
  public int available() {
    return forPahoEnd - forPahoStart;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private void readPiece() throws IOException {
    makeRoom();
    int count = in.read(buffer, limit, buffer.length - limit);
    if (count < 0) {
      throw new EOFException("the broker closed the connection");
    }
    limit += count;
  }

  private void makeRoom() throws IOException {
    if (!leaving
        && !granted
        && limit - start == buffer.length
        && packetLength > MemberMemory.FREE_PACKET) {
      granted = inbox.memory().awaitGrant(packetLength);
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
      buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, packetLength));
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
      while (true) {
        int bodyStart = bodyStart();
        if (bodyStart < 0) {
          return;
        }
        int header = buffer[start] & 0xFF;
        int bodyEnd = bodyStart + remainingLength;
        int type = PacketType.of(header);
        if (connected == (type == PacketType.CONNACK) && type != PacketType.AUTH) {
          throw new MalformedPacketException(
              PROTOCOL_ERROR,
              connected
                  ? "a second CONNACK, section 3.2"
                  : String.format("a packet that begins with 0x%02X before CONNACK", header));
        }
        while (batch == null || !batch.hasRoom(remainingLength)) {
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
        switch (PacketType.of(header)) {
          case PacketType.PUBLISH -> parser.publish(buffer, header, bodyStart, bodyEnd, now, batch);
          case PacketType.PUBREL -> parser.pubrel(buffer, header, bodyStart, bodyEnd, batch);
          default -> takeControl(header, bodyStart, bodyEnd, batch);
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

  /**
   * Decodes the fixed header at {@link #start} into {@link #remainingLength}.
   *
   * @return where the body begins, or -1 while the packet is incomplete
   */
  private int bodyStart() throws MalformedPacketException {
    long read = VarInt.read(buffer, start + 1, limit);
    if (read == VarInt.INCOMPLETE) {
      return -1;
    }
    if (read == VarInt.MALFORMED) {
      throw new MalformedPacketException(
          MALFORMED_PACKET, "Remaining Length is longer than 4 bytes");
    }
    int bodyStart = start + 1 + VarInt.length(read);
    remainingLength = VarInt.value(read);
    packetLength = bodyStart - start + remainingLength;
    return limit - bodyStart >= remainingLength ? bodyStart : -1;
  }

  /**
   * Takes one packet other than PUBLISH and PUBREL. Paho gets only what it must know, in the
   * plainest form: a text that Paho cannot decode would end the wire thread without an error.
   */
  private void takeControl(int header, int bodyStart, int bodyEnd, Batch batch) throws IOException {
    ByteBuffer body = ByteBuffer.wrap(buffer, bodyStart, bodyEnd - bodyStart);
    int type = PacketType.of(header);
    if (PacketType.flags(header) != 0 || (type == PacketType.PINGRESP && body.hasRemaining())) {
      batch.countBreach();
    }
    switch (type) {
      case PacketType.CONNACK -> {
        ConnAck connAck = ControlPackets.connAck(body.duplicate());
        if (connAck.reasonCode() == ReasonCode.SUCCESS) {
          authentication.accepted(ControlPackets.authOfConnAck(body));
        }
        inbox.connected(connAck);
        if (connAck.reasonCode() != ReasonCode.SUCCESS) {
          throw new IOException("the broker refused the connection");
        }
        if (!connAck.sessionPresent()) {
          parser.forgetSession(batch);
        }
        connected = true;
        giveToPaho(connAck.forPaho());
      }
      case PacketType.SUBACK, PacketType.UNSUBACK ->
          inbox.answers().answered(ControlPackets.subAck(body));
      case PacketType.PINGRESP -> {
        // That it has arrived is all that it says.
      }
      case PacketType.AUTH -> authentication.received(ControlPackets.auth(body));
      case PacketType.DISCONNECT -> {
        inbox.disconnected(ControlPackets.disconnect(body));
        throw new IOException("the broker sent DISCONNECT");
      }
      default ->
          throw new MalformedPacketException(
              PROTOCOL_ERROR, String.format("a packet that begins with 0x%02X", header));
    }
  }

  private void giveToPaho(byte[] packet) {
    int waiting = forPahoEnd - forPahoStart;
    byte[] all = Arrays.copyOfRange(forPaho, forPahoStart, forPahoEnd + packet.length);
    System.arraycopy(packet, 0, all, waiting, packet.length);
    forPaho = all;
    forPahoStart = 0;
    forPahoEnd = all.length;
  }
}
