// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * HiveMQ's client, at its defaults but for the window: counts in its callback and stores nothing.
 */
final class HiveMqTaker implements Taker {

  private static final long TIMEOUT_SECONDS = 30;
  private static final int KEEP_ALIVE_SECONDS = 600;

  private final Mqtt5AsyncClient client;
  private volatile long taken;

  private HiveMqTaker(String url) {
    URI uri = URI.create(url);
    client =
        Mqtt5Client.builder()
            .identifier("benchmark-hivemq")
            .serverHost(uri.getHost())
            .serverPort(uri.getPort())
            .buildAsync();
  }

  static HiveMqTaker connect(String url, Load load) throws Exception {
    HiveMqTaker taker = new HiveMqTaker(url);
    taker.client.publishes(MqttGlobalPublishFilter.ALL, taker::count);
    taker
        .client
        .connectWith()
        .cleanStart(true)
        .keepAlive(KEEP_ALIVE_SECONDS)
        .restrictions()
        .receiveMaximum(load.window())
        .applyRestrictions()
        .send()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    taker
        .client
        .subscribeWith()
        .topicFilter(Member.FILTER)
        .qos(Objects.requireNonNull(MqttQos.fromCode(load.qos())))
        .send()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    return taker;
  }

  /** Called by one thread at a time. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void count(Mqtt5Publish message) {
    if (message.getPayload().isPresent()) {
      taken++;
    }
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
  public void close() {
    client.disconnect().join();
  }
}
