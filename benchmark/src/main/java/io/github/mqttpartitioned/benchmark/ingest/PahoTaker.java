// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * The stock client at its best: persistence in memory, logging off, the callback only counts. QoS 1
 * is acknowledged by hand from the callback; at QoS 2 Paho answers by itself and would answer
 * PUBREL twice if told to.
 */
final class PahoTaker implements Taker, MqttCallback {

  /** Kept here, since the registry of loggers forgets those that nobody holds. */
  private static final Logger LOGGER = Logger.getLogger("org.eclipse.paho.mqttv5");

  private static final int KEEP_ALIVE_SECONDS = 600;
  private static final long TIMEOUT_MILLIS = 30_000;

  private final MqttAsyncClient client;
  private volatile long taken;

  private PahoTaker(String url) throws MqttException {
    client = new MqttAsyncClient(url, "benchmark-paho", new MemoryPersistence());
    client.setCallback(this);
    client.setManualAcks(true);
  }

  static PahoTaker connect(String url, Load load) throws MqttException {
    // At INFO it logs every QoS 2 message.
    LOGGER.setLevel(Level.OFF);
    PahoTaker taker = new PahoTaker(url);
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(true);
    options.setReceiveMaximum(load.window());
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    taker.client.connect(options).waitForCompletion(TIMEOUT_MILLIS);
    taker
        .client
        .subscribe(new MqttSubscription(Member.FILTER, load.qos()))
        .waitForCompletion(TIMEOUT_MILLIS);
    return taker;
  }

  /** Called by Paho's callback thread alone, so that counting needs no lock. */
  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void messageArrived(String topic, MqttMessage message) throws MqttException {
    if (message.getQos() == 1) {
      client.messageArrivedComplete(message.getId(), 1);
    }
    taken++;
  }

  @Override
  public long taken() {
    return taken;
  }

  @Override
  public void verify() {
    // It keeps nothing that could be looked at.
  }

  @Override
  public void close() throws IOException {
    try {
      client.disconnectForcibly(0, TIMEOUT_MILLIS, false);
      client.close(true);
    } catch (MqttException e) {
      throw new IOException("Paho did not close in order", e);
    }
  }

  @Override
  public void disconnected(MqttDisconnectResponse response) {}

  @Override
  public void mqttErrorOccurred(MqttException exception) {}

  @Override
  public void deliveryComplete(IMqttToken token) {}

  @Override
  public void connectComplete(boolean reconnect, String serverUri) {}

  @Override
  public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
