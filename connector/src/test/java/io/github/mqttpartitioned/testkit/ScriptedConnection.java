// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import io.github.mqttpartitioned.testkit.Packet.Connect;
import io.github.mqttpartitioned.testkit.Packet.Subscribe;
import io.github.mqttpartitioned.testkit.Packet.Subscription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection to a {@link ScriptedBroker}. Methods that read take the packets one after
 * the other, and throw {@link AssertionError} when the next one is another than was expected, does
 * not come in time, or the client has closed. Thread-safe, for a script and its test.
 */
public final class ScriptedConnection {

  /** How long a method without a deadline of its own waits. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  /** Told of each acknowledgement, from the reading thread. */
  interface AcknowledgementListener {
    void acknowledged(int connection, Acknowledgement packet);
  }

  private final int number;
  private final Socket socket;
  private final AcknowledgementListener listener;

  /** Stands in the queue, as its last, for the end of the connection. */
  private static final Packet END = Packet.of(PacketType.DISCONNECT.firstByte(), new byte[0]);

  /** What has come and was not yet read. */
  private final BlockingQueue<Packet> packets = new LinkedBlockingQueue<>();

  private volatile boolean leavesPings;

  /** Why the connection ended; set before the end is in the queue. */
  private volatile String end = "";

  ScriptedConnection(int number, Socket socket, AcknowledgementListener listener)
      throws IOException {
    this.number = number;
    this.socket = socket;
    this.listener = listener;
    socket.setTcpNoDelay(true);
  }

  /** The number of this connection among its broker's, from 0. */
  public int number() {
    return number;
  }

  /** From now on, PINGREQ is a packet as others, and is not answered by itself. */
  public void leavePings() {
    leavesPings = true;
  }

  /** Takes in packets until the connection ends. */
  void readLoop() {
    try {
      PacketReader reader = new PacketReader(socket.getInputStream());
      while (true) {
        received(reader.read());
      }
    } catch (IOException | RuntimeException e) {
      end = String.valueOf(e.getMessage());
      packets.add(END);
    }
  }

  private void received(Packet packet) {
    if (packet.type() == PacketType.PINGREQ && !leavesPings) {
      send(Packets.empty(PacketType.PINGRESP));
      return;
    }
    if (packet.type().isAcknowledgement()) {
      listener.acknowledged(number, packet.acknowledgement());
    }
    packets.add(packet);
    if (packet.type() == PacketType.DISCONNECT) {
      // Section 3.14.4: after DISCONNECT nothing follows, and a broker closes the connection.
      cut();
    }
  }

  /** The next packet; PINGREQ is never among them. */
  public Packet readPacket() {
    return readPacket(DEADLINE);
  }

  /** The next packet; PINGREQ is never among them. */
  public Packet readPacket(Duration deadline) {
    return take("a packet", deadline);
  }

  /** The next packet, which must be of this type. */
  public Packet expect(PacketType type) {
    Packet packet = take(type.toString(), DEADLINE);
    if (packet.type() != type) {
      throw new AssertionError(
          "Connection %d: expected %s, found %s".formatted(number, type, packet));
    }
    return packet;
  }

  /** The next {@code count} packets, which must be acknowledgements. */
  public List<Acknowledgement> expectAcknowledgements(int count) {
    List<Acknowledgement> acknowledgements = new ArrayList<>();
    while (acknowledgements.size() < count) {
      Packet packet = readPacket();
      if (!packet.type().isAcknowledgement()) {
        throw new AssertionError(
            "Connection %d: expected acknowledgement %d of %d, found %s"
                .formatted(number, acknowledgements.size() + 1, count, packet));
      }
      acknowledgements.add(packet.acknowledgement());
    }
    return acknowledgements;
  }

  /** The next packet, which must be this acknowledgement with reason code 0. */
  public void expectAcknowledgement(PacketType type, int packetId) {
    Acknowledgement expected = new Acknowledgement(type, packetId, 0);
    Acknowledgement found = expect(type).acknowledgement();
    if (!found.equals(expected)) {
      throw new AssertionError(
          "Connection %d: expected %s, found %s".formatted(number, expected, found));
    }
  }

  /** Waits this long, and fails if a packet comes or the connection ends. */
  public void expectSilence(Duration time) {
    Packet next = poll(time);
    if (next != null) {
      throw new AssertionError(
          "Connection %d: expected silence, found %s"
              .formatted(number, next == END ? "its end: " + end : next));
    }
  }

  /** Waits until the client has closed the connection; a DISCONNECT before it is passed over. */
  public void expectClosed() {
    Packet next = poll("the client to close", DEADLINE);
    if (next != END && next.type() == PacketType.DISCONNECT) {
      next = poll("the client to close", DEADLINE);
    }
    if (next != END) {
      throw new AssertionError("Connection %d: expected its end, found %s".formatted(number, next));
    }
  }

  /** Takes a CONNECT and answers it with success. */
  public Connect accept(boolean sessionPresent, MqttProperties properties) {
    Connect connect = expect(PacketType.CONNECT).connect();
    send(Packets.connack(sessionPresent, 0, properties));
    return connect;
  }

  /** Takes a SUBSCRIBE and grants each filter the QoS it asks for. */
  public Subscribe grant() {
    Subscribe subscribe = expect(PacketType.SUBSCRIBE).subscribe();
    int[] reasons = subscribe.subscriptions().stream().mapToInt(Subscription::qos).toArray();
    send(Packets.suback(subscribe.packetId(), MqttProperties.NONE, reasons));
    return subscribe;
  }

  /** Sends bytes as they are, in one write: whole packets, several at once, or parts. */
  public void send(byte[]... parts) {
    Bytes bytes = new Bytes(1024);
    for (byte[] part : parts) {
      bytes.put(part);
    }
    synchronized (socket) {
      try {
        bytes.writeTo(socket.getOutputStream());
      } catch (IOException e) {
        throw new UncheckedIOException("Connection " + number + ": the client is gone", e);
      }
    }
  }

  /** Ends the connection without a DISCONNECT, as a dying broker does; what was sent arrives. */
  public void cut() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connection with a TCP reset: what the client has not yet read may be lost to it. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next packet, which must come in time. */
  private Packet take(String expected, Duration deadline) {
    Packet next = poll(expected, deadline);
    if (next == END) {
      throw new AssertionError(
          "Connection %d ended while waiting for %s: %s".formatted(number, expected, end));
    }
    return next;
  }

  /** The next packet or {@link #END}, which must come in time. */
  private Packet poll(String expected, Duration deadline) {
    Packet next = poll(deadline);
    if (next == null) {
      throw new AssertionError(
          "Connection %d: waited %s for %s".formatted(number, deadline, expected));
    }
    return next;
  }

  /** The next packet or {@link #END}; null if neither comes in time. */
  private @Nullable Packet poll(Duration deadline) {
    try {
      Packet next = packets.poll(deadline.toNanos(), TimeUnit.NANOSECONDS);
      if (next == END) {
        packets.add(END);
      }
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Connection " + number + ": interrupted", e);
    }
  }
}
