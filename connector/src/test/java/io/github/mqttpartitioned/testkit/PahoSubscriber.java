// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber that shares no code with the kit: stock Paho. What it receives, numbered messages,
 * goes to a {@link SequenceCheck}. Its session outlives it, so that another with the same client id
 * gets what came in between.
 */
final class PahoSubscriber implements AutoCloseable {

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final long SESSION_EXPIRY_SECONDS = 3600;

  /** Held here, since loggers that nobody holds lose their level. */
  private static final Logger PAHO = Logger.getLogger("org.eclipse.paho.mqttv5");

  static {
    // Each message at QoS 2 is an INFO to Paho.
    PAHO.setLevel(Level.WARNING);
  }

  private final MqttAsyncClient client;
  private final SequenceCheck check;
  private final AtomicLong outOfOrder = new AtomicLong();

  // Paho calls back from one thread.
  private long last = -1;

  private PahoSubscriber(String url, String clientId, SequenceCheck check) throws MqttException {
    this.check = check;
    this.client = new MqttAsyncClient(url, clientId, new MemoryPersistence());
  }

  /** Connects to what is left of a session, and subscribes. */
  static PahoSubscriber subscribe(
      String url, String clientId, String filter, int qos, SequenceCheck check)
      throws MqttException {
    return subscribe(url, clientId, filter, qos, check, null);
  }

  /** Connects with TLS to what is left of a session, and subscribes. */
  static PahoSubscriber subscribe(
      String url,
      String clientId,
      String filter,
      int qos,
      SequenceCheck check,
      @Nullable SSLContext context)
      throws MqttException {
    PahoSubscriber subscriber = new PahoSubscriber(url, clientId, check);
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(false);
    options.setSessionExpiryInterval(SESSION_EXPIRY_SECONDS);
    if (context != null) {
      options.setSocketFactory(context.getSocketFactory());
    }
    subscriber.client.setCallback(subscriber.new Callback());
    try {
      subscriber.client.connect(options).waitForCompletion(DEADLINE.toMillis());
      subscriber.client.subscribe(filter, qos).waitForCompletion(DEADLINE.toMillis());
      return subscriber;
    } catch (MqttException e) {
      subscriber.close();
      throw e;
    }
  }

  /** Received messages whose number was not greater than the one before. */
  long outOfOrder() {
    return outOfOrder.get();
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      client.disconnect().waitForCompletion(DEADLINE.toMillis());
    }
    client.close();
  }

  private final class Callback implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      check.received(message.getPayload());
      long number = ByteBuffer.wrap(message.getPayload()).getLong();
      if (number <= last) {
        outOfOrder.incrementAndGet();
      }
      last = number;
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {}

    @Override
    public void mqttErrorOccurred(MqttException exception) {}

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String uri) {}

    @Override
    public void authPacketArrived(int reason, MqttProperties properties) {}
  }
}
