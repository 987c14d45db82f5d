// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A broker of which a test decides every packet: each connection is played by a script, in a thread
 * of its own. When a script returns, its connection stays open, and packets go on being taken in.
 *
 * <p>PINGREQ is answered by itself. Every acknowledgement of every connection is kept in order of
 * arrival, for {@link #acknowledged}. What goes wrong in a script ends its connection and is thrown
 * by {@link #close}; a client that leaves while a script still expects a packet counts as wrong.
 * Thread-safe.
 */
public final class ScriptedBroker implements AutoCloseable {

  /** Plays one connection. */
  @FunctionalInterface
  public interface Script {
    void play(ScriptedConnection connection) throws Exception;
  }

  /** An acknowledgement, and the number of the connection it came on, from 0. */
  public record Acknowledged(int connection, Acknowledgement packet) {}

  private static final int BACKLOG = 100;
  private static final long STOP_SECONDS = 10;
  private static final int MOST_FAILURES = 10;

  private final ServerSocket server;
  private final List<Script> scripts;
  private final boolean repeatLast;
  private final Thread acceptor;

  // All of the following is guarded by this.
  private final List<ScriptedConnection> connections = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private boolean closing;

  private ScriptedBroker(List<Script> scripts, boolean repeatLast) {
    this.scripts = scripts;
    this.repeatLast = repeatLast;
    try {
      server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    acceptor = daemon("scripted-broker-acceptor", this::acceptLoop);
  }

  /** A broker that plays one script on every connection. */
  public static ScriptedBroker start(Script script) {
    return started(List.of(script), true);
  }

  /** Answers each CONNECT with a reason code of 0x80 or more. */
  public static ScriptedBroker refusing(int reason, MqttProperties properties) {
    return start(
        connection -> {
          connection.expect(PacketType.CONNECT);
          connection.send(Packets.connack(false, reason, properties));
        });
  }

  /** A broker that plays these scripts on its connections, in order; one more is a failure. */
  public static ScriptedBroker inOrder(Script... scripts) {
    return started(List.of(scripts), false);
  }

  private static ScriptedBroker started(List<Script> scripts, boolean repeatLast) {
    ScriptedBroker broker = new ScriptedBroker(scripts, repeatLast);
    broker.acceptor.start();
    return broker;
  }

  /** Where it listens: {@code tcp://127.0.0.1:port}. */
  public String url() {
    return Scheme.TCP.url(server.getLocalPort());
  }

  /** Every acknowledgement so far, of all connections, in order of arrival. */
  public synchronized List<Acknowledged> acknowledged() {
    return List.copyOf(acknowledged);
  }

  /** Waits until at least {@code count} acknowledgements have come, and returns all there are. */
  public List<Acknowledged> awaitAcknowledged(int count, Duration deadline) {
    return Await.value(
        count + " acknowledgements", deadline, this::acknowledged, all -> all.size() >= count);
  }

  /** How many connections were accepted. */
  public synchronized int connections() {
    return connections.size();
  }

  /** Waits for the connection of this number, counted from 0. */
  public ScriptedConnection awaitConnection(int number, Duration deadline) {
    Await.until("connection " + number, deadline, () -> connections() > number);
    synchronized (this) {
      return connections.get(number);
    }
  }

  /**
   * Stops listening and cuts all connections.
   *
   * @throws AssertionError if a script failed, with its error as the cause
   */
  @Override
  public void close() {
    List<Thread> playing;
    synchronized (this) {
      closing = true;
      closeQuietly(server);
      connections.forEach(ScriptedConnection::cut);
      playing = List.copyOf(threads);
    }
    playing.forEach(this::join);
    synchronized (this) {
      if (!failures.isEmpty()) {
        AssertionError error = new AssertionError("A script failed", failures.get(0));
        failures.stream().skip(1).forEach(error::addSuppressed);
        throw error;
      }
    }
  }

  private void join(Thread thread) {
    try {
      TimeUnit.SECONDS.timedJoin(thread, STOP_SECONDS);
      if (thread.isAlive()) {
        IllegalStateException stuck =
            new IllegalStateException("Still running after close(): " + thread.getName());
        stuck.setStackTrace(thread.getStackTrace());
        failed(stuck);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acceptLoop() {
    try {
      while (true) {
        accept(server.accept());
      }
    } catch (IOException e) {
      synchronized (this) {
        if (!closing) {
          failures.add(e);
        }
      }
    }
  }

  private synchronized void accept(Socket socket) throws IOException {
    int number = connections.size();
    ScriptedConnection connection = new ScriptedConnection(number, socket, this::acknowledged);
    connections.add(connection);
    if (closing) {
      connection.cut();
    } else if (number >= scripts.size() && !repeatLast) {
      failures.add(
          new AssertionError("Connection " + number + ", but there are " + number + " scripts"));
      connection.cut();
    } else {
      Script script = scripts.get(Math.min(number, scripts.size() - 1));
      Thread thread = daemon("script-" + number, () -> play(script, connection));
      threads.add(thread);
      daemon("scripted-reader-" + number, connection::readLoop).start();
      thread.start();
    }
  }

  private void play(Script script, ScriptedConnection connection) {
    try {
      script.play(connection);
    } catch (Throwable e) {
      failed(e);
      connection.cut();
    }
  }

  private synchronized void failed(Throwable failure) {
    // Once this broker is closing, its scripts have to fail.
    if ((!closing || failure instanceof IllegalStateException) && failures.size() < MOST_FAILURES) {
      failures.add(failure);
    }
  }

  private synchronized void acknowledged(int connection, Acknowledgement packet) {
    acknowledged.add(new Acknowledged(connection, packet));
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static void closeQuietly(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException ignored) {
      // Nothing listens then either.
    }
  }
}
