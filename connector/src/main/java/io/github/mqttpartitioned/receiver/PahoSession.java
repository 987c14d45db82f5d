// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.ControlPackets;
import io.github.mqttpartitioned.mqtt.MemberSockets;
import io.github.mqttpartitioned.mqtt.TlsContext;
import io.github.mqttpartitioned.option.SourceSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.LongSupplier;
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
 * One connection of a member, from CONNECT to its end. Paho does the session's formalities (TCP,
 * TLS, WebSocket, CONNECT, SUBSCRIBE, UNSUBSCRIBE, keep alive); messages and acknowledgements pass
 * it by, in {@link PacketReader} and {@link PacketWriter}, which take the place of its streams.
 *
 * <p>Whatever happens is told to the {@link Inbox}; no call waits for the broker. A connection is
 * never reused: Paho's own reconnection would carry acknowledgements over to the next one.
 *
 * <p>Confined to the receiver thread, but for {@link #disconnect}; Paho has threads of its own.
 */
final class PahoSession implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PahoSession.class);

  private final SourceSettings settings;
  private final int partition;
  private final BrokerUrl broker;
  private final Inbox inbox;
  private final PublishParser parser;
  private final LongSupplier clockMicros;
  private final MemberSockets sockets = new MemberSockets();
  private final Client client;
  private volatile @Nullable PacketWriter writer;

  /**
   * @param clockMicros microseconds since 1970, UTC, for the messages' time of receipt
   */
  PahoSession(
      SourceSettings settings,
      int partition,
      Inbox inbox,
      PublishParser parser,
      LongSupplier clockMicros)
      throws IOException {
    this.settings = settings;
    this.partition = partition;
    this.broker = settings.broker(partition);
    this.inbox = inbox;
    this.parser = parser;
    this.clockMicros = clockMicros;
    try {
      this.client = new Client(broker.url(), settings.clientId(partition));
    } catch (MqttException e) {
      throw new IOException(e);
    }
  }

  /**
   * Begins to connect; once CONNACK has come, SUBSCRIBE follows by itself, Session Present or not:
   * brokers exist that forget shared subscriptions over their own restart. UNSUBSCRIBE comes behind
   * it, so that at no time what both old and new filters match is not subscribed to.
   *
   * @throws IOException when Paho does not even try
   * @throws IllegalArgumentException when a file for TLS cannot be used
   */
  void open() throws IOException {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setAutomaticReconnect(false);
    options.setCleanStart(false);
    options.setSessionExpiryInterval(settings.sessionExpiry().toSeconds());
    options.setReceiveMaximum(settings.receiveMaximum());
    options.setKeepAliveInterval(Math.toIntExact(settings.keepAlive().toSeconds()));
    options.setConnectionTimeout(
        Math.toIntExact(Math.max(1, settings.connectTimeout().toSeconds())));
    if (settings.username() != null) {
      options.setUserName(settings.username());
    }
    if (settings.password() != null) {
      options.setPassword(settings.password().revealUtf8());
    }
    options.setSocketFactory(
        sockets.factory(broker.isTls() ? TlsContext.socketFactory(settings.tls()) : null));
    options.setHttpsHostnameVerificationEnabled(settings.tls().verifyHostname());
    try {
      client.connect(options, null, new OnConnect());
    } catch (MqttException e) {
      throw new IOException(e);
    }
  }

  /**
   * Sends acknowledgements.
   *
   * @return false if DISCONNECT has been sent before: the broker delivers their messages again
   * @throws IOException when the connection is over
   */
  boolean send(byte[] packets, int length) throws IOException {
    PacketWriter target = writer;
    if (target == null) {
      throw new IOException("not connected");
    }
    return target.send(packets, length);
  }

  /**
   * Sends DISCONNECT, section 3.14, where the connection still stands.
   *
   * @param reasonCode 0, or why the connection is given up
   */
  void disconnect(int reasonCode) {
    sayGoodbye((byte) ControlPackets.DISCONNECT, (byte) 1, (byte) reasonCode);
  }

  /** Sends DISCONNECT with Session Expiry Interval 0: the broker forgets the session. */
  void endSession() {
    sayGoodbye(
        (byte) ControlPackets.DISCONNECT,
        (byte) 7,
        (byte) 0,
        (byte) 5,
        (byte) ControlPackets.SESSION_EXPIRY,
        (byte) 0,
        (byte) 0,
        (byte) 0,
        (byte) 0);
  }

  private void sayGoodbye(byte... packet) {
    PacketWriter target = writer;
    if (target != null) {
      try {
        target.disconnect(packet);
      } catch (IOException e) {
        LOG.debug("The connection ended before DISCONNECT could be sent", e);
      }
    }
  }

  /** Ends the connection. */
  @Override
  public void close() {
    inbox.close();
    try {
      // Before Paho's own end, which waits for the wire thread, which waits for the socket.
      sockets.close();
      client.disconnectForcibly(0, 1, false);
      client.close(true);
    } catch (IOException | MqttException e) {
      LOG.debug("Paho did not close in order", e);
    }
  }

  private void subscribe() throws MqttException {
    List<String> filters = settings.subscriptions(partition);
    MqttSubscription[] subscriptions = new MqttSubscription[filters.size()];
    for (int i = 0; i < subscriptions.length; i++) {
      subscriptions[i] = new MqttSubscription(filters.get(i), settings.qos());
      // Topics and messages as their publisher sent them, RETAIN included.
      subscriptions[i].setRetainAsPublished(true);
    }
    // The answer is read by PacketReader, with the broker's words that Paho drops.
    if (subscriptions.length > 0) {
      client.subscribe(subscriptions, null, null, new MqttProperties());
    }
  }

  private void unsubscribe() throws MqttException {
    List<String> filters = settings.unsubscriptions(partition);
    if (!filters.isEmpty()) {
      client.unsubscribe(filters.toArray(String[]::new), null, null, new MqttProperties());
    }
  }

  private final class OnConnect implements MqttActionListener {
    @Override
    public void onSuccess(IMqttToken token) {
      try {
        subscribe();
        unsubscribe();
      } catch (MqttException e) {
        inbox.end(e);
      }
    }

    @Override
    public void onFailure(IMqttToken token, Throwable cause) {
      inbox.end(cause);
    }
  }

  /** Paho's client with our streams in place of its own. */
  private final class Client extends MqttAsyncClient {

    Client(String url, String clientId) throws MqttException {
      super(url, clientId, new MemoryPersistence());
    }

    @Override
    protected NetworkModule[] createNetworkModules(String address, MqttConnectionOptions options)
        throws MqttException {
      NetworkModule[] modules = super.createNetworkModules(address, options);
      for (int i = 0; i < modules.length; i++) {
        modules[i] = new DataPlane(modules[i]);
      }
      return modules;
    }
  }

  private final class DataPlane implements NetworkModule {
    private final NetworkModule module;

    DataPlane(NetworkModule module) {
      this.module = module;
    }

    @Override
    public void start() throws IOException, MqttException {
      module.start();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return new PacketReader(
          module.getInputStream(), inbox, parser, clockMicros, PahoSession.this::disconnect);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      PacketWriter made = new PacketWriter(module.getOutputStream());
      writer = made;
      return made;
    }

    @Override
    public void stop() throws IOException {
      module.stop();
    }

    @Override
    public String getServerURI() {
      return module.getServerURI();
    }
  }
}
