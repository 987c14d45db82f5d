// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static io.github.mqttpartitioned.testkit.PacketType.PUBACK;
import static io.github.mqttpartitioned.testkit.PacketType.PUBCOMP;
import static io.github.mqttpartitioned.testkit.PacketType.PUBREC;

import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import io.github.mqttpartitioned.testkit.Packet.Subscribe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker with one session, which it keeps over connections: delivers the numbered messages 0, 1,
 * … as section 4.4 demands, again with DUP on each new connection, PUBREL where PUBREC has come;
 * packet ids go from 1 to 65,535 and around. Keeps a record of the numbers that were acknowledged.
 *
 * <p>It judges its client, too: an acknowledgement of what was not sent on the same connection, or
 * out of order ([MQTT-4.6.0-2]), is a violation. Thread-safe.
 */
public final class SessionBroker implements AutoCloseable {

  private static final int IDS = 65_535;
  private static final int PIECE = 64 << 10;
  private static final String TOPIC = "test/t";

  private final int qos;
  private final int window;
  private final int payloadBytes;
  private final ServerSocket server;

  // All of the following is guarded by this.
  private final Map<Integer, Delivery> inFlight = new LinkedHashMap<>();
  private final BitSet acknowledged = new BitSet();
  private final List<String> violations = new ArrayList<>();
  private @Nullable Connection present;
  private boolean hasSession;
  private boolean keepsPubrel;
  private int connections;
  private long allowed;
  private long next;
  private int lastId;
  private long done;

  /** A message whose last acknowledgement has not come. */
  private static final class Delivery {
    private final int number;

    /** Whether PUBREC has come, so that it is PUBREL that is to be sent again. */
    private boolean released;

    Delivery(int number) {
      this.number = number;
    }
  }

  /**
   * @param window most messages in flight, whatever the client allows; at most 65,535
   * @param payloadBytes of each message, 8 or more
   */
  public SessionBroker(int qos, int window, int payloadBytes) {
    this.qos = qos;
    this.window = window;
    this.payloadBytes = payloadBytes;
    try {
      server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon("session-broker", this::acceptLoop);
  }

  public String url() {
    return Scheme.TCP.url(server.getLocalPort());
  }

  /** Allows {@code more} messages to be delivered. */
  public synchronized void publish(long more) {
    allowed += more;
    notifyAll();
  }

  /** Messages delivered so far, once or oftener. */
  public synchronized long delivered() {
    return next;
  }

  /** Connections accepted so far. */
  public synchronized int connections() {
    return connections;
  }

  /** Numbers of which PUBACK or PUBREC has come: the client has taken them over. */
  public synchronized BitSet acknowledged() {
    return (BitSet) acknowledged.clone();
  }

  /** What the client did that the specification forbids. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /** Waits until every message that was allowed has been acknowledged for the last time. */
  public void awaitDone(Duration deadline) {
    Await.until("the last acknowledgement", deadline, this::isDone);
  }

  /** Whether every message that was allowed has been acknowledged for the last time. */
  public synchronized boolean isDone() {
    return done == allowed;
  }

  /** Whether a client is connected. */
  public synchronized boolean isConnected() {
    return present != null;
  }

  /** Messages acknowledged for the last time. */
  public synchronized long done() {
    return done;
  }

  /** Ends the present connection without a word; returns whether there was one. */
  public synchronized boolean cut() {
    if (present == null) {
      return false;
    }
    present.close();
    present = null;
    notifyAll();
    return true;
  }

  /** From now on sends no PUBREL, so that QoS 2 messages stay in flight at the client. */
  public synchronized void keepPubrel() {
    keepsPubrel = true;
  }

  /** Forgets the session and what was in flight, as after its expiry, and sends PUBREL again. */
  public synchronized void forgetSession() {
    cut();
    hasSession = false;
    keepsPubrel = false;
    done += inFlight.size();
    inFlight.clear();
  }

  private void acceptLoop() {
    while (true) {
      try {
        Connection connection = new Connection(server.accept());
        daemon("session-broker-reader", connection::readLoop);
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends listening and the connection. */
  @Override
  public synchronized void close() {
    cut();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One connection; a later one of the same session takes its place. */
  private final class Connection {
    private final Socket socket;

    // Guarded by the broker.
    private final Bytes outgoing = new Bytes(PIECE);

    /** Packet ids of which PUBACK or PUBREC is to come, in the order of delivery. */
    private final ArrayDeque<Integer> published = new ArrayDeque<>();

    /** Packet ids of which PUBCOMP is to come, in the order of PUBREL. */
    private final ArrayDeque<Integer> released = new ArrayDeque<>();

    private boolean subscribed;

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      socket.setTcpNoDelay(true);
    }

    void readLoop() {
      try {
        PacketReader reader = new PacketReader(socket.getInputStream());
        while (true) {
          received(reader.read());
        }
      } catch (IOException | RuntimeException e) {
        synchronized (SessionBroker.this) {
          close();
          if (present == this) {
            present = null;
          }
          SessionBroker.this.notifyAll();
        }
      }
    }

    private void received(Packet packet) {
      synchronized (SessionBroker.this) {
        switch (packet.type()) {
          case CONNECT -> begin();
          case SUBSCRIBE -> grant(packet.subscribe());
          case PINGREQ -> outgoing.put(Packets.empty(PacketType.PINGRESP));
          case PUBACK, PUBREC, PUBCOMP -> {
            if (present == this) {
              acknowledged(packet.acknowledgement());
            }
          }
          case DISCONNECT -> throw new IllegalStateException("the client has left");
          default -> violations.add("sent " + packet);
        }
        SessionBroker.this.notifyAll();
      }
    }

    private void begin() {
      cut();
      present = this;
      connections++;
      outgoing.put(Packets.connack(hasSession, 0, MqttProperties.NONE));
      subscribed = hasSession;
      hasSession = true;
      inFlight.forEach(this::deliverAgain);
      daemon("session-broker-writer", this::writeLoop);
    }

    private void grant(Subscribe subscribe) {
      int[] reasons = new int[subscribe.subscriptions().size()];
      Arrays.fill(reasons, qos);
      outgoing.put(Packets.suback(subscribe.packetId(), MqttProperties.NONE, reasons));
      subscribed = true;
    }

    private void deliverAgain(int id, Delivery delivery) {
      if (delivery.released) {
        release(id);
      } else {
        deliver(id, delivery.number, true);
      }
    }

    private void deliver(int id, int number, boolean again) {
      byte[] payload = new byte[payloadBytes];
      ByteBuffer.wrap(payload).putLong(NumberedMessages.number(0, number));
      outgoing.put(Packets.publish(TOPIC, payload, qos, id, again, false, MqttProperties.NONE));
      published.add(id);
    }

    private void release(int id) {
      if (!keepsPubrel) {
        outgoing.put(Packets.pubrel(id));
        released.add(id);
      }
    }

    private void acknowledged(Acknowledgement packet) {
      int id = packet.packetId();
      Delivery delivery = inFlight.get(id);
      Integer expected = (packet.type() == PUBCOMP ? released : published).poll();
      if (packet.type() == (qos == 1 ? PUBREC : PUBACK)
          || packet.reason() != 0
          || expected == null
          || expected != id
          || delivery == null) {
        violations.add("sent %s, due was an acknowledgement of id %s".formatted(packet, expected));
        throw new IllegalStateException("violation");
      }
      acknowledged.set(delivery.number);
      if (packet.type() == PUBREC) {
        delivery.released = true;
        release(id);
      } else {
        inFlight.remove(id);
        done++;
      }
    }

    private void writeLoop() {
      try {
        for (byte[] piece = next(); piece.length > 0; piece = next()) {
          socket.getOutputStream().write(piece);
        }
      } catch (IOException e) {
        // The reader sees the end of the connection, too.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** What is to be sent next; empty when the connection has ended. */
    private byte[] next() throws InterruptedException {
      synchronized (SessionBroker.this) {
        while (true) {
          if (present != this) {
            return new byte[0];
          }
          while (subscribed
              && next < allowed
              && inFlight.size() < window
              && outgoing.size() < PIECE) {
            int id = freeId();
            int number = Math.toIntExact(next++);
            inFlight.put(id, new Delivery(number));
            deliver(id, number, false);
          }
          if (outgoing.size() > 0) {
            byte[] piece = outgoing.toByteArray();
            outgoing.clear();
            return piece;
          }
          SessionBroker.this.wait();
        }
      }
    }

    private int freeId() {
      do {
        lastId = lastId == IDS ? 1 : lastId + 1;
      } while (inFlight.containsKey(lastId));
      return lastId;
    }

    void close() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
