// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.latency;

import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** What the connector stands beside: a subscriber with stock Paho that stores nothing. */
final class PlainSubscriber implements AutoCloseable {

  private static final long TIMEOUT_MILLIS = 30_000;

  private final MqttAsyncClient client;

  private PlainSubscriber(MqttAsyncClient client) {
    this.client = client;
  }

  /** Connects, and notes each message of the filter in {@link Latencies#OF_THIS_JVM}. */
  static PlainSubscriber connect(String url, String filter, int qos) throws MqttException {
    MqttAsyncClient client = new MqttAsyncClient(url, "benchmark-plain", new MemoryPersistence());
    client.setCallback(new Arrivals());
    client.connect().waitForCompletion(TIMEOUT_MILLIS);
    client.subscribe(filter, qos).waitForCompletion(TIMEOUT_MILLIS);
    return new PlainSubscriber(client);
  }

  /**
   * Looks whether it still receives.
   *
   * @throws IllegalStateException when it has lost its connection
   */
  void requireConnected() {
    if (!client.isConnected()) {
      throw new IllegalStateException("the plain subscriber has lost its connection");
    }
  }

  @Override
  public void close() throws MqttException {
    client.disconnect().waitForCompletion(TIMEOUT_MILLIS);
    client.close();
  }

  private static final class Arrivals implements MqttCallback {
    @Override
    public void messageArrived(String topic, MqttMessage message) {
      Latencies.OF_THIS_JVM.arrived(message.getPayload(), System.nanoTime());
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
}
