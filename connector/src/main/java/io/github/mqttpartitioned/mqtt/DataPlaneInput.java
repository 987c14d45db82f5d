// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.packet.Authentication;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.ConnAck;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets.Disconnect;
import io.github.mqttpartitioned.mqtt.packet.MalformedPacketException;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The inbound stream of a connection as Paho sees it. A {@link DataPlane} puts it in place of the
 * wire's stream. A subclass takes the packets off the wire, a piece of many packets at a time. This
 * class takes those that belong to the connection, and gives Paho only what Paho must know, in the
 * plainest form: a text that Paho cannot decode would end the wire thread without an error.
 *
 * <p>Confined to the wire thread.
 */
public abstract class DataPlaneInput extends InputStream {

  private final InputStream wire;
  private final Consumer<ReasonCode> disconnect;
  private final Authentication authentication;

  private boolean connected;
  private byte[] forPaho = new byte[0];
  private int forPahoStart;

  /**
   * @param wire all packets that the broker sends
   * @param disconnect sends DISCONNECT with a reason code
   * @param authentication takes what the broker says about authentication
   */
  protected DataPlaneInput(
      InputStream wire, Consumer<ReasonCode> disconnect, Authentication authentication) {
    this.wire = wire;
    this.disconnect = disconnect;
    this.authentication = authentication;
  }

  /** Waits for a piece of the wire, and takes all packets that are whole with it. */
  protected abstract void takePiece() throws IOException;

  /** The broker has answered CONNECT, with success or without. */
  protected abstract void answered(ConnAck connAck);

  /** The broker has sent DISCONNECT. */
  protected abstract void left(Disconnect packet);

  /** The stream is over. */
  protected abstract void ended(Throwable cause);

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      while (available() == 0) {
        takePiece();
      }
    } catch (IOException | RuntimeException | Error e) {
      if (e instanceof MalformedPacketException malformed) {
        disconnect(malformed.reasonCode());
      }
      ended(e);
      throw e instanceof IOException io ? io : new IOException(e);
    }
    int count = Math.min(length, available());
    System.arraycopy(forPaho, forPahoStart, target, offset, count);
    forPahoStart += count;
    return count;
  }

  @Override
  public final int available() {
    return forPaho.length - forPahoStart;
  }

  @Override
  public final void close() throws IOException {
    wire.close();
  }

  /**
   * Waits for bytes of the wire, and puts them behind those that are in the buffer.
   *
   * @param limit index of the first byte that is free; the buffer has at least one
   * @return the new limit
   */
  protected final int readWire(byte[] buffer, int limit) throws IOException {
    int count = wire.read(buffer, limit, buffer.length - limit);
    if (count < 0) {
      throw new EOFException("the broker closed the connection");
    }
    return limit + count;
  }

  /** Whether the broker has accepted CONNECT. */
  protected final boolean isConnected() {
    return connected;
  }

  /** Sends DISCONNECT with a reason code. */
  protected final void disconnect(ReasonCode reason) {
    disconnect.accept(reason);
  }

  /**
   * Checks that CONNACK comes first and once (section 3.2). AUTH may come before it.
   *
   * @param type of the packet
   * @param firstByte of the packet, for the error
   */
  protected final void checkOrder(int type, int firstByte) throws MalformedPacketException {
    if (connected == (type == PacketType.CONNACK) && type != PacketType.AUTH) {
      throw new MalformedPacketException(
          ReasonCode.PROTOCOL_ERROR,
          connected
              ? "a second CONNACK, section 3.2"
              : "a packet that begins with 0x%02X before CONNACK".formatted(firstByte));
    }
  }

  /** Takes a CONNACK; it is the first packet but for AUTH. */
  protected final ConnAck takeConnAck(ByteBuffer body) throws IOException {
    ConnAck connAck = ControlPackets.connAck(body.duplicate());
    if (connAck.reasonCode() == ReasonCode.SUCCESS) {
      authentication.accepted(ControlPackets.authOfConnAck(body));
    }
    answered(connAck);
    if (connAck.reasonCode() != ReasonCode.SUCCESS) {
      throw new IOException("the broker refused the connection");
    }
    connected = true;
    giveToPaho(connAck.forPaho());
    return connAck;
  }

  /**
   * Takes a packet of the connection itself, but for CONNACK.
   *
   * @param firstByte of the packet, for the error
   * @throws MalformedPacketException if a broker must not send this type here
   */
  protected final void takeControl(int type, int firstByte, ByteBuffer body) throws IOException {
    switch (type) {
      case PacketType.PINGRESP -> {
        // That it has arrived is all that it says.
      }
      case PacketType.AUTH -> authentication.received(ControlPackets.auth(body));
      case PacketType.DISCONNECT -> {
        left(ControlPackets.disconnect(body));
        throw new IOException("the broker sent DISCONNECT");
      }
      default ->
          throw new MalformedPacketException(
              ReasonCode.PROTOCOL_ERROR, "a packet that begins with 0x%02X".formatted(firstByte));
    }
  }

  private void giveToPaho(byte[] packet) {
    int waiting = available();
    byte[] all = Arrays.copyOfRange(forPaho, forPahoStart, forPaho.length + packet.length);
    System.arraycopy(packet, 0, all, waiting, packet.length);
    forPaho = all;
    forPahoStart = 0;
  }
}
