// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.internal.NetworkModule;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of an MQTT session, from CONNECT to its end. Paho does the formalities (TCP, TLS,
 * WebSocket, CONNECT, SUBSCRIBE, UNSUBSCRIBE, keep alive). Messages and acknowledgements do not
 * pass through Paho: a {@link DataPlane} and a {@link PacketWriter} take the place of its streams.
 *
 * <p>Everything that happens is reported to the {@link DataPlane}; no call waits for the broker. A
 * connection is never reused: Paho's own reconnection would carry acknowledgements over to the next
 * one.
 *
 * <p>Confined to one thread, apart from the data plane's DISCONNECT; Paho has threads of its own.
 */
public final class PahoSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PahoSession.class);

  private final ConnectionSettings settings;
  private final Subscriptions subscriptions;
  private final DataPlane dataPlane;
  private final MemberSockets sockets;
  private final Client client;
  private volatile @Nullable PacketWriter writer;
  private volatile boolean closed;

  /**
   * Prepares a connection; {@link #open} makes it.
   *
   * @throws IOException if Paho does not accept the settings
   */
  public PahoSession(ConnectionSettings settings, Subscriptions subscriptions, DataPlane dataPlane)
      throws IOException {
    this(settings, subscriptions, dataPlane, new MemberSockets());
  }

  PahoSession(
      ConnectionSettings settings,
      Subscriptions subscriptions,
      DataPlane dataPlane,
      MemberSockets sockets)
      throws IOException {
    this.settings = settings;
    this.subscriptions = subscriptions;
    this.dataPlane = dataPlane;
    this.sockets = sockets;
    try {
      this.client = new Client(settings.broker().url(), settings.clientId());
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
   * @throws IllegalArgumentException if a file for TLS cannot be used
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
    options.setConnectionTimeout(
        Math.toIntExact(Math.max(1, settings.connectTimeout().toSeconds())));
    Login login = settings.login();
    options.setUserName(login.username());
    options.setPassword(login.password());
    options.setAuthMethod(login.method());
    options.setAuthData(login.data());
    options.setSocketFactory(
        sockets.factory(
            settings.broker().isTls() ? TlsContext.socketFactory(settings.tls()) : null));
    options.setHttpsHostnameVerificationEnabled(settings.tls().verifyHostname());
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
    closed = true;
    // The socket first: Paho's end waits for the wire thread, and the wire thread for the socket.
    closePart("socket", sockets::close);
    closePart("connection", () -> client.disconnectForcibly(0, 1, false));
    closePart("client", () -> client.close(true));
  }

  private interface Closing {
    void run() throws IOException, MqttException;
  }

  private void closePart(String part, Closing closing) {
    try {
      closing.run();
    } catch (IOException | MqttException | RuntimeException e) {
      LOG.debug("The {} of {} did not close in order", part, settings.clientId(), e);
    }
  }

  /**
   * Sends UNSUBSCRIBE for filters that the session may be subscribed to; nobody waits for the
   * answer. Does nothing if the connection is over.
   */
  public void unsubscribe(List<String> filters) {
    try {
      for (List<String> packet : packets(filters)) {
        client.unsubscribe(packet.toArray(String[]::new), null, null, new MqttProperties());
      }
    } catch (MqttException e) {
      LOG.debug("The connection of {} ended before UNSUBSCRIBE", settings.clientId(), e);
    }
  }

  /** The data plane reads the answers, with the Reason String that Paho drops. */
  private List<SubscriptionRequest> sendSubscriptions() throws MqttException, IOException {
    long most = dataPlane.maximumPacketSize();
    if (subscriptions.subscribe().stream()
        .anyMatch(filter -> SubscriptionRequest.bytesAlone(filter) > most)) {
      throw new IOException("a topic filter is larger than the packets that the broker takes");
    }
    List<SubscriptionRequest> sent = new ArrayList<>();
    for (List<String> filters : packets(subscriptions.subscribe())) {
      MqttSubscription[] asked =
          filters.stream().map(this::subscription).toArray(MqttSubscription[]::new);
      IMqttToken token = client.subscribe(asked, null, null, new MqttProperties());
      sent.add(new SubscriptionRequest(true, token.getMessageId(), filters));
    }
    for (List<String> filters : packets(subscriptions.unsubscribe())) {
      IMqttToken token =
          client.unsubscribe(filters.toArray(String[]::new), null, null, new MqttProperties());
      sent.add(new SubscriptionRequest(false, token.getMessageId(), filters));
    }
    return sent;
  }

  private List<List<String>> packets(List<String> filters) {
    return SubscriptionRequest.packets(
        filters, subscriptions.filtersPerPacket(), dataPlane.maximumPacketSize());
  }

  private MqttSubscription subscription(String filter) {
    MqttSubscription asked = new MqttSubscription(filter, subscriptions.qos());
    // Topics and messages as their publisher sent them, RETAIN included.
    asked.setRetainAsPublished(true);
    asked.setRetainHandling(subscriptions.retainHandling());
    return asked;
  }

  private final class OnConnect implements MqttActionListener {
    @Override
    public void onSuccess(IMqttToken token) {
      try {
        dataPlane.subscriptionsSent(sendSubscriptions());
      } catch (MqttException | IOException e) {
        dataPlane.ended(e);
      }
    }

    @Override
    public void onFailure(IMqttToken token, Throwable cause) {
      dataPlane.ended(cause);
    }
  }

  /** Paho's client. It takes its network connections from here: Paho's own, with other streams. */
  private final class Client extends MqttAsyncClient {

    Client(String url, String clientId) throws MqttException {
      super(url, clientId, new MemoryPersistence());
    }

    @Override
    protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options)
        throws MqttException {
      NetworkModule[] modules = super.createNetworkModules(address, options);
      for (int i = 0; i < modules.length; i++) {
        modules[i] = new Streams(modules[i]);
      }
      return modules;
    }
  }

  /** Waits for bytes without a time limit, until the session is closed. */
  private final class Inbound extends FilterInputStream {

    Inbound(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      while (!closed) {
        try {
          return in.read(target, offset, length);
        } catch (SocketTimeoutException e) {
          // Paho sets a time limit of one second for a read. Nothing has arrived.
        }
      }
      throw new IOException("the session is closed");
    }
  }

  /** A network connection whose streams are the data plane's and the packet writer. */
  private final class Streams implements NetworkModule {
    private final NetworkModule connection;

    Streams(NetworkModule connection) {
      this.connection = connection;
    }

    @Override
    public void start() throws IOException, MqttException {
      connection.start();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return dataPlane.inbound(
          new Inbound(connection.getInputStream()),
          reason -> PahoSession.this.disconnect(reason.code()));
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      PacketWriter made = new PacketWriter(connection.getOutputStream());
      writer = made;
      return made;
    }

    @Override
    public void stop() throws IOException {
      connection.stop();
    }

    @Override
    public String getServerURI() {
      return connection.getServerURI();
    }
  }
}
