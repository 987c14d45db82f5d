// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import io.github.mqttpartitioned.mqtt.network.Dialer;
import io.github.mqttpartitioned.mqtt.packet.ControlPackets;
import io.github.mqttpartitioned.mqtt.packet.PacketType;
import io.github.mqttpartitioned.mqtt.packet.PacketWriter;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttPingSender;
import org.eclipse.paho.mqttv5.client.internal.ClientComms;
import org.eclipse.paho.mqttv5.client.internal.ClientState;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of an MQTT session, from CONNECT to its end. Paho does the formalities (CONNECT,
 * SUBSCRIBE, UNSUBSCRIBE). Messages and acknowledgements do not pass through Paho: a {@link
 * DataPlane} and a {@link PacketWriter} take the place of its streams. {@link Transport} and {@link
 * KeepAlive} take the place of its network modules and its pings.
 *
 * <p>Everything that happens is reported to the {@link DataPlane}; no call waits for the broker. A
 * connection is never reused: Paho's own reconnection would carry acknowledgements over to the next
 * one.
 *
 * <p>Confined to one thread, apart from the data plane's DISCONNECT and {@link #abort}; Paho has
 * threads of its own.
 */
public final class PahoSession implements AutoCloseable {

  /** The wire thread has ended within this time after its connection. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(PahoSession.class);

  /** Paho wants a URL, but does not connect by itself. */
  private static final String ANY_URL = "tcp://broker:1883";

  private final ConnectionSettings settings;
  private final Subscriptions subscriptions;
  private final DataPlane dataPlane;
  private final KeepAlive keepAlive = new KeepAlive(this::abort);
  private final Transport transport;
  private final Client client;
  private final ConnectGate gate;
  private final SubscriptionPackets packets;
  private volatile @Nullable PacketWriter writer;
  private volatile @Nullable WireThread wire;

  /** Whether the connection goes on without Paho. */
  private volatile boolean pahoIsDone;

  /**
   * Prepares a connection; {@link #open} makes it.
   *
   * @throws IOException if Paho does not accept the settings
   */
  public PahoSession(ConnectionSettings settings, Subscriptions subscriptions, DataPlane dataPlane)
      throws IOException {
    this(settings, subscriptions, dataPlane, new Dialer());
  }

  PahoSession(
      ConnectionSettings settings, Subscriptions subscriptions, DataPlane dataPlane, Dialer dialer)
      throws IOException {
    this.settings = settings;
    this.subscriptions = subscriptions;
    this.packets = new SubscriptionPackets(subscriptions);
    this.dataPlane = dataPlane;
    this.transport = new Transport(settings, dialer, keepAlive);
    this.gate = new ConnectGate(settings.clientId());
    try {
      this.client = new Client(settings.clientId());
    } catch (MqttException e) {
      throw new IOException(e);
    }
  }

  /**
   * Begins to connect. When CONNACK has come, SUBSCRIBE follows, whether Session Present is set or
   * not: some brokers forget shared subscriptions when they restart. UNSUBSCRIBE follows SUBSCRIBE,
   * so that a topic that both old and new filters match is subscribed to at all times.
   *
   * @throws IOException if Paho does not even try
   */
  public void open() throws IOException {
    open(false);
  }

  /**
   * As {@link #open()}.
   *
   * @param cleanStart whether the broker forgets what it has of the session, section 3.1.2.4
   * @throws IOException if Paho does not even try
   * @throws IllegalArgumentException if a file for TLS cannot be used
   */
  public void open(boolean cleanStart) throws IOException {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setAutomaticReconnect(false);
    options.setCleanStart(cleanStart);
    options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
    options.setReceiveMaximum(settings.receiveMaximum());
    options.setKeepAliveInterval(Math.toIntExact(settings.keepAlive().toSeconds()));
    Login login = settings.login();
    options.setUserName(login.username());
    options.setPassword(login.password());
    options.setAuthMethod(login.method());
    options.setAuthData(login.data());
    try {
      client.connect(options, null, new OnConnect());
    } catch (MqttException e) {
      throw new IOException(e);
    }
  }

  /**
   * Sends whole packets, acknowledgements for example.
   *
   * @param length how many bytes of {@code packets} are sent
   * @return false if DISCONNECT has been sent before: the broker delivers unacknowledged messages
   *     again
   * @throws IOException if the connection is over
   */
  public boolean send(byte[] packets, int length) throws IOException {
    return send(packets, 0, length);
  }

  /**
   * Sends whole packets, messages for example.
   *
   * @return false if DISCONNECT has been sent before
   * @throws IOException if the connection is over
   */
  public boolean send(byte[] packets, int offset, int length) throws IOException {
    PacketWriter target = writer;
    if (target == null) {
      throw new IOException("not connected");
    }
    return target.send(packets, offset, length);
  }

  /** When bytes were last sent, as {@link System#nanoTime} counts. From any thread. */
  public long sentAt() {
    return Objects.requireNonNull(writer).sentAt();
  }

  /** Sends DISCONNECT (section 3.14) if the connection still stands. */
  public void disconnect() {
    disconnect(ReasonCode.SUCCESS);
  }

  private void disconnect(int reasonCode) {
    sendLast((byte) PacketType.DISCONNECT, (byte) 1, (byte) reasonCode);
  }

  /** Sends DISCONNECT with Session Expiry Interval 0: the broker forgets the session. */
  public void endSession() {
    sendLast(
        (byte) PacketType.DISCONNECT,
        (byte) 7,
        (byte) ReasonCode.SUCCESS,
        (byte) 5,
        (byte) ControlPackets.SESSION_EXPIRY,
        (byte) 0,
        (byte) 0,
        (byte) 0,
        (byte) 0);
  }

  private void sendLast(byte... packet) {
    PacketWriter target = writer;
    if (target != null) {
      try {
        target.disconnect(packet);
      } catch (IOException e) {
        LOG.debug("The connection of {} ended before DISCONNECT", settings.clientId(), e);
      }
    }
  }

  /**
   * Ends the connection and Paho's threads. A part that fails to close does not keep the others.
   */
  @Override
  public void close() {
    boolean begun = gate.close();
    keepAlive.close();
    // The socket first: the wire thread waits for it.
    if (!closePart("socket", transport::close)) {
      // A second attempt closes what the first did not.
      closePart("socket", transport::close);
    }
    if (begun) {
      gate.awaitConnect();
    }
    WireThread reading = wire;
    if (reading != null) {
      reading.join(CLOSE_LIMIT);
    }
    closePart("connection", () -> client.disconnectForcibly(0, 1, false));
    closePart("client", () -> client.close(true));
    endSender();
  }

  /**
   * Paho's sender misses its end when it begins to wait for packets just then. It would wait
   * without an end, and so would a JVM that is to exit.
   */
  private void endSender() {
    Thread sender = gate.sender();
    long until = System.nanoTime() + CLOSE_LIMIT.toNanos();
    boolean interrupted = false;
    while (sender != null && sender.isAlive() && System.nanoTime() - until < 0) {
      client.wakeSender();
      try {
        sender.join(10);
      } catch (InterruptedException e) {
        // A session is closed also by a thread that is to end.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the connection at once, and reports the cause. From any thread. */
  public void abort(IOException cause) {
    dataPlane.ended(cause);
    closePart("socket", transport::close);
  }

  private interface Closing {
    void run() throws IOException, MqttException;
  }

  private boolean closePart(String part, Closing closing) {
    try {
      closing.run();
      return true;
    } catch (IOException | MqttException | RuntimeException e) {
      LOG.debug("The {} of {} did not close in order", part, settings.clientId(), e);
      return false;
    }
  }

  /**
   * Sends UNSUBSCRIBE for filters that the session may be subscribed to; nobody waits for the
   * answer. Does nothing if the connection is over.
   */
  public void unsubscribe(List<String> filters) {
    try {
      send(packets.unsubscribe(filters, dataPlane.maximumPacketSize()));
    } catch (MqttException | IOException e) {
      LOG.debug("The connection of {} ended before UNSUBSCRIBE", settings.clientId(), e);
    }
  }

  /** The data plane reads the answers. */
  private void sendSubscriptions() throws MqttException, IOException {
    long most = dataPlane.maximumPacketSize();
    if (subscriptions.subscribe().stream()
        .anyMatch(filter -> SubscriptionRequest.bytesAlone(filter) > most)) {
      throw new IOException("a topic filter is larger than the packets that the broker takes");
    }
    List<SubscriptionPackets.Encoded> all = new ArrayList<>(packets.subscribe(most));
    all.addAll(packets.unsubscribe(subscriptions.unsubscribe(), most));
    // Before the first of them: a broker may answer it, or close the connection, before the last.
    dataPlane.subscribing(all.stream().map(one -> one.request).toList());
    send(all);
  }

  private void send(List<SubscriptionPackets.Encoded> all) throws IOException {
    for (SubscriptionPackets.Encoded one : all) {
      send(one.packet, one.packet.length);
    }
  }

  private final class OnConnect implements MqttActionListener {
    @Override
    public void onSuccess(IMqttToken token) {
      try {
        keepAlive.start(
            Objects.requireNonNull(writer),
            settings.keepAlive(),
            token.getResponseProperties().getServerKeepAlive());
        sendSubscriptions();
        pahoIsDone = true;
        Objects.requireNonNull(wire).letPahoGo();
      } catch (MqttException | IOException e) {
        dataPlane.ended(e);
      }
    }

    @Override
    public void onFailure(IMqttToken token, Throwable cause) {
      dataPlane.ended(cause);
    }
  }

  /** Paho's client. It takes its network connection from here, and does not ping. */
  private final class Client extends MqttAsyncClient {

    /** Paho's own forgets it at its end. */
    private final ClientState state = (ClientState) comms.getClientState();

    Client(String clientId) throws MqttException {
      super(ANY_URL, clientId, new MemoryPersistence(), new NoPings(), null);
    }

    @Override
    protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options) {
      return new NetworkModule[] {new Streams()};
    }

    /** Its sender looks whether it is to end. */
    void wakeSender() {
      state.notifyQueueLock();
    }
  }

  /** In place of Paho's pings: for Paho, a connection on which messages arrive is silent. */
  private static final class NoPings implements MqttPingSender {
    @Override
    public void init(ClientComms comms) {}

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public void schedule(long delayInMilliseconds) {}
  }

  /** The transport as Paho sees it: its streams are the data plane's and the packet writer. */
  private final class Streams implements NetworkModule {

    @Override
    public void start() throws IOException {
      transport.open();
      gate.open();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      InputStream inbound =
          dataPlane.inbound(
              transport.input(), reason -> PahoSession.this.disconnect(reason.code()));
      WireThread made = new WireThread(settings.clientId(), inbound, dataPlane::ended);
      wire = made;
      made.start();
      return gate.held(made.forPaho());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      PacketWriter made = new PacketWriter(gate.watched(transport.output()));
      writer = made;
      return made;
    }

    @Override
    public void stop() throws IOException {
      if (!pahoIsDone) {
        transport.close();
      }
    }

    @Override
    public String getServerURI() {
      return ANY_URL;
    }
  }
}
