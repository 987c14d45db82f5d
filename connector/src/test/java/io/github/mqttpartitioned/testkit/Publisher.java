package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.testkit.InFlight.Message;
import io.github.mqttpartitioned.testkit.MqttProperties.Property;
import io.github.mqttpartitioned.testkit.Packet.Acknowledgement;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT 5 publisher that is fast and loses nothing: many messages in flight, many packets in one
 * write, and with {@link Builder#reconnecting} every unacknowledged message sent again, in order,
 * over a lost connection or a restarted broker.
 *
 * <p>Thread-safe; messages of one thread are sent in its order. One lock guards all state and is
 * never held over a read or a write: callers append packets to {@code out}, the writer thread takes
 * what has gathered there and writes it, the reader thread takes in acknowledgements and makes the
 * next connection when one is lost.
 */
public final class Publisher implements AutoCloseable {

  /** Mosquitto searches its list of messages in flight: the longer, the slower. */
  private static final int DEFAULT_WINDOW = 2000;

  private static final int WRITE_AT_BYTES = 32 << 10;
  private static final int BUFFER_BYTES = 512 << 10;
  private static final long LINGER_NANOS = 200_000;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final long SESSION_EXPIRY_SECONDS = 3600;
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(10);
  private static final Duration LONGEST_BACKOFF = Duration.ofMillis(500);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final int FIRST_ERROR_REASON = 0x80;

  /** How a publisher connects. */
  public static final class Builder {
    private final String url;
    private String clientId = "publisher-" + UUID.randomUUID();
    private @Nullable String username;
    private @Nullable String password;
    private boolean reconnecting;
    private int window = DEFAULT_WINDOW;
    private Duration patience = Duration.ofSeconds(60);
    private Optional<SSLContext> sslContext = Optional.empty();

    private Builder(String url) {
      this.url = url;
    }

    /** The client id; a random one by default. */
    public Builder clientId(String value) {
      clientId = value;
      return this;
    }

    /** User name and password; none by default. */
    public Builder credentials(String user, String secret) {
      username = user;
      password = secret;
      return this;
    }

    /** Whether to keep a session and connect again whenever the connection is lost. */
    public Builder reconnecting(boolean value) {
      reconnecting = value;
      return this;
    }

    /**
     * Most unacknowledged messages, 2000 by default; never more than the broker's Receive Maximum
     * allows.
     */
    public Builder window(int messages) {
      if (messages < 1 || messages > InFlight.MOST) {
        throw new IllegalArgumentException(
            "A window is 1 to %d messages, not %d".formatted(InFlight.MOST, messages));
      }
      window = messages;
      return this;
    }

    /** How long a call may wait for the broker before it throws; 60 s by default. */
    public Builder patience(Duration value) {
      patience = value;
      return this;
    }

    /** Whom an {@code ssl} connection trusts; the JVM's default otherwise. */
    public Builder sslContext(SSLContext value) {
      sslContext = Optional.of(value);
      return this;
    }

    /** Connects, and throws if the broker refuses or nothing answers. */
    public Publisher connect() {
      Publisher publisher = new Publisher(this);
      publisher.begin();
      return publisher;
    }
  }

  private final Builder settings;
  private final Thread reader;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();

  /** There is something to write, a connection to write it to, or reason not to linger. */
  private final Condition writable = lock.newCondition();

  /** Something came back or was written, or the connection changed. */
  private final Condition progress = lock.newCondition();

  // All of the following is guarded by the lock.
  private final InFlight inFlight = new InFlight();
  private Bytes out = new Bytes(BUFFER_BYTES);
  private Bytes spare = new Bytes(BUFFER_BYTES);
  private boolean hurry;
  private boolean writing;
  private boolean closing;
  private @Nullable Wire wire;
  private @Nullable String failure;
  private long sent;
  private long acknowledged;
  private long resent;
  private long connections;
  private long sessionsLost;

  private Publisher(Builder settings) {
    this.settings = settings;
    reader = new Thread(this::readLoop, settings.clientId + "-reader");
    writer = new Thread(this::writeLoop, settings.clientId + "-writer");
    reader.setDaemon(true);
    writer.setDaemon(true);
  }

  /** A publisher to the broker at a {@code tcp} or {@code ssl} URL. */
  public static Builder to(String url) {
    return new Builder(url);
  }

  private void begin() {
    try {
      adopt(open());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot connect to " + settings.url, e);
    }
    reader.start();
    writer.start();
  }

  /** Publishes without properties, not retained. */
  public void publish(String topic, byte[] payload, int qos) {
    publish(topic, payload, qos, false, MqttProperties.NONE);
  }

  /**
   * Publishes. Returns when the message is on its way, at QoS 1 and 2 not yet acknowledged; waits
   * while the window is full or there is no connection.
   *
   * @param payload must not be changed before it is acknowledged
   * @throws IllegalStateException if the connection is lost and is not to come back, the broker has
   *     refused a message, or nothing has moved for as long as this publisher has patience
   */
  public void publish(
      String topic, byte[] payload, int qos, boolean retain, MqttProperties properties) {
    Message message =
        new Message(
            topic.getBytes(StandardCharsets.UTF_8), payload, properties.encoded(), qos, retain);
    lock.lock();
    try {
      await("room for a message", settings.patience, () -> hasRoom(qos));
      if (qos > 0) {
        inFlight.add(message);
      }
      put(message, false);
      sent++;
      if (out.size() > WRITE_AT_BYTES) {
        hurry();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int qos) {
    Wire now = wire;
    boolean room =
        now != null && out.size() < BUFFER_BYTES && (qos == 0 || inFlight.size() < now.window());
    if (!room) {
      hurry();
    }
    return room;
  }

  private void put(Message message, boolean duplicate) {
    wakeWriter();
    int flags = (duplicate ? 8 : 0) | message.qos << 1 | (message.retain ? 1 : 0);
    Packets.putPublish(
        out, message.topic, message.payload, flags, message.packetId(), message.properties);
  }

  private void put(PacketType type, int packetId) {
    wakeWriter();
    Packets.putAcknowledgement(out, type, packetId);
  }

  private void wakeWriter() {
    if (out.size() == 0) {
      writable.signal();
    }
  }

  private void hurry() {
    if (!hurry) {
      hurry = true;
      writable.signal();
    }
  }

  /** Writes what has gathered now, without waiting for more; returns at once. */
  public void flush() {
    lock.lock();
    try {
      hurry();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until everything published is acknowledged, at QoS 0 written.
   *
   * @throws IllegalStateException if it is not in that time, or never will be
   */
  public void awaitAcknowledged(Duration deadline) {
    lock.lock();
    try {
      hurry();
      await("acknowledgements", deadline, () -> inFlight.size() == 0 && isWritten());
    } finally {
      lock.unlock();
    }
  }

  private boolean isWritten() {
    return wire != null && out.size() == 0 && !writing;
  }

  /** Messages that {@link #publish} has taken. */
  public long sent() {
    return read(() -> sent);
  }

  /** Messages at QoS 1 and 2 whose handshake is complete. */
  public long acknowledged() {
    return read(() -> acknowledged);
  }

  /** Messages sent again after a lost connection, each time counted. */
  public long resent() {
    return read(() -> resent);
  }

  /** Connections made after the first. */
  public long reconnects() {
    return read(() -> connections - 1);
  }

  /**
   * Connections for which the broker had forgotten the session. Each may mean lost or repeated
   * messages at QoS 2, which are then beyond a publisher's power.
   */
  public long sessionsLost() {
    return read(() -> sessionsLost);
  }

  private long read(LongSupplier counter) {
    lock.lock();
    try {
      return counter.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** Cuts the connection without a DISCONNECT, as a failing network would. */
  public void cut() {
    lock.lock();
    try {
      if (wire != null) {
        wire.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Disconnects and ends the session. What is not acknowledged by now is given up. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (wire != null && failure == null) {
        wakeWriter();
        out.put(
            Packets.disconnect(0, MqttProperties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 0)));
        hurry();
        await("the last write", CLOSE_DEADLINE, () -> wire == null || isWritten());
      }
    } catch (IllegalStateException brokerGone) {
      // Then there is nobody to take leave of.
    } finally {
      closing = true;
      if (wire != null) {
        wire.close();
      }
      writable.signal();
      progress.signalAll();
      lock.unlock();
    }
    reader.interrupt();
    join(reader);
    join(writer);
  }

  private static void join(Thread thread) {
    try {
      thread.join(CLOSE_DEADLINE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits under the lock; fails when this publisher has failed. */
  private void await(String what, Duration deadline, BooleanSupplier condition) {
    long left = deadline.toNanos();
    while (true) {
      if (failure != null || closing) {
        throw new IllegalStateException(
            "%s: %s".formatted(settings.clientId, failure != null ? failure : "closed"));
      }
      if (condition.getAsBoolean()) {
        return;
      }
      if (left <= 0) {
        throw new IllegalStateException(
            "%s: no %s in %s; %d messages in flight, %s"
                .formatted(
                    settings.clientId,
                    what,
                    deadline,
                    inFlight.size(),
                    wire == null ? "not connected" : "connected"));
      }
      try {
        left = progress.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(settings.clientId + ": interrupted", e);
      }
    }
  }

  // ---------------------------------------------------------------- the reader thread

  private void readLoop() {
    Optional<Wire> current = Optional.ofNullable(currentWire());
    while (current.isPresent()) {
      String reason = readUntilLost(current.get());
      current = mayReconnect(reason) ? reopen() : Optional.empty();
    }
  }

  private @Nullable Wire currentWire() {
    lock.lock();
    try {
      return wire;
    } finally {
      lock.unlock();
    }
  }

  /** Takes in what the broker sends; returns why there is no more. */
  private String readUntilLost(Wire from) {
    try {
      while (true) {
        Packet packet = from.reader().read();
        lock.lock();
        try {
          handle(packet);
          while (from.reader().hasBuffered()) {
            handle(from.reader().read());
          }
          progress.signalAll();
        } finally {
          lock.unlock();
        }
      }
    } catch (IOException e) {
      from.close();
      return "connection lost: " + e.getMessage();
    } catch (RuntimeException e) {
      from.close();
      return fail("cannot read what the broker sent: " + e);
    }
  }

  private void handle(Packet packet) throws IOException {
    switch (packet.type()) {
      case PUBACK, PUBREC, PUBCOMP -> handle(packet.acknowledgement());
      case PINGRESP -> {}
      case DISCONNECT ->
          throw new IOException(
              "DISCONNECT with reason 0x%02x".formatted(packet.disconnectReason()));
      default -> throw new IllegalStateException("unexpected " + packet);
    }
  }

  private void handle(Acknowledgement acknowledgement) {
    int packetId = acknowledgement.packetId();
    boolean error = acknowledgement.reason() >= FIRST_ERROR_REASON;
    if (error && acknowledgement.type() != PacketType.PUBCOMP) {
      fail("the broker refused a message: " + acknowledgement);
    } else if (acknowledgement.type() == PacketType.PUBREC) {
      inFlight.release(packetId);
      put(PacketType.PUBREL, packetId);
    } else if (inFlight.remove(packetId)) {
      acknowledged++;
    }
  }

  private String fail(String reason) {
    lock.lock();
    try {
      if (failure == null) {
        failure = reason;
      }
      progress.signalAll();
      return reason;
    } finally {
      lock.unlock();
    }
  }

  private boolean mayReconnect(String reason) {
    lock.lock();
    try {
      wire = null;
      if (!closing && !settings.reconnecting) {
        fail(reason);
      }
      progress.signalAll();
      return !closing && failure == null;
    } finally {
      lock.unlock();
    }
  }

  /** Connects again, as often as it takes. */
  private Optional<Wire> reopen() {
    Duration backoff = FIRST_BACKOFF;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        return Optional.of(adopt(open()));
      } catch (InterruptedIOException e) {
        // A connection attempt that timed out, or close().
        backoff = LONGEST_BACKOFF;
      } catch (IOException e) {
        backoff = pause(backoff);
      } catch (IllegalStateException e) {
        fail(String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Duration pause(Duration backoff) {
    try {
      Thread.sleep(backoff.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Duration next = backoff.multipliedBy(2);
    return next.compareTo(LONGEST_BACKOFF) < 0 ? next : LONGEST_BACKOFF;
  }

  private Wire open() throws IOException {
    MqttProperties properties =
        settings.reconnecting
            ? MqttProperties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, SESSION_EXPIRY_SECONDS)
            : MqttProperties.NONE;
    // Clean Start 0 from the first connection: Mosquitto 2.0 forgets sessions that began with 1
    // when it restarts.
    byte[] connect =
        Packets.connect(
            settings.clientId,
            !settings.reconnecting,
            KEEP_ALIVE_SECONDS,
            properties,
            settings.username,
            settings.password);
    return Wire.open(
        settings.url, settings.sslContext, connect, KEEP_ALIVE_SECONDS, settings.window);
  }

  /** Makes a connection the current one, and sends what the last one left unacknowledged. */
  private Wire adopt(Wire opened) {
    lock.lock();
    try {
      if (inFlight.size() > opened.window()) {
        opened.close();
        throw new IllegalStateException(
            "%d messages in flight, but the broker now allows %d"
                .formatted(inFlight.size(), opened.window()));
      }
      boolean known = opened.sessionPresent();
      if (connections++ > 0 && !known) {
        sessionsLost++;
      }
      out.clear();
      for (Message message : inFlight.inOrder()) {
        if (!message.released()) {
          put(message, known);
          resent++;
        } else if (known) {
          put(PacketType.PUBREL, message.packetId());
        } else {
          // The broker has taken it over with its PUBREC; there is no way to ask it again.
          inFlight.remove(message.packetId());
          acknowledged++;
        }
      }
      wire = opened;
      writable.signal();
      progress.signalAll();
      return opened;
    } finally {
      lock.unlock();
    }
  }

  // ---------------------------------------------------------------- the writer thread

  private void writeLoop() {
    Optional<Wire> to = awaitWritable();
    while (to.isPresent()) {
      try {
        spare.writeTo(to.get().output());
      } catch (IOException e) {
        // The reader notices too, and it is the reader that connects again.
        to.get().close();
      }
      to = awaitWritable();
    }
  }

  /** Waits for something to write, and takes it: it is in {@code spare} then. */
  private Optional<Wire> awaitWritable() {
    lock.lock();
    try {
      spare.clear();
      writing = false;
      progress.signalAll();
      while (wire == null || out.size() == 0) {
        if (closing) {
          return Optional.empty();
        }
        Wire idle = wire;
        boolean signalled =
            writable.await(
                idle == null ? KEEP_ALIVE_SECONDS : idle.pingSeconds(), TimeUnit.SECONDS);
        if (!signalled && idle != null && idle == wire) {
          out.put(Packets.empty(PacketType.PINGREQ));
        }
      }
      if (!hurry && out.size() < WRITE_AT_BYTES && !closing) {
        long linger = LINGER_NANOS;
        while (linger > 0 && !hurry) {
          linger = writable.awaitNanos(linger);
        }
      }
      if (wire == null) {
        return awaitWritable();
      }
      Bytes taken = out;
      out = spare;
      spare = taken;
      hurry = false;
      writing = true;
      return Optional.of(wire);
    } catch (InterruptedException e) {
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }
}
