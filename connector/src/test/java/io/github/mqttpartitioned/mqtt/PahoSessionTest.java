// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Dialer;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.PacketType;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class PahoSessionTest {

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String CLIENT_ID = "paho-session-test";

  private final CountDownLatch subscribed = new CountDownLatch(1);

  /** Leaves everything to Paho, but reads without a time limit as the receiver's does. */
  private static final class NoDataPlane implements DataPlane {
    @Override
    public InputStream inbound(InputStream wire, Consumer<ReasonCode> disconnect) {
      return wire;
    }

    @Override
    public long maximumPacketSize() {
      return Long.MAX_VALUE;
    }

    @Override
    public void subscribing(List<SubscriptionRequest> requests) {}

    @Override
    public void ended(Throwable cause) {}
  }

  @Test
  void closeEndsPahosThreadsThoughTheSocketFailsToClose() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    Dialer dialer =
        new Dialer(
            Dialer.DNS,
            proxy ->
                new Socket() {
                  @Override
                  public synchronized void close() throws IOException {
                    if (attempts.getAndIncrement() == 0) {
                      throw new IOException("the socket does not close");
                    }
                    super.close();
                  }
                });
    try (ScriptedBroker broker = broker()) {
      PahoSession session = open(broker, dialer);
      Await.until("Paho's threads", DEADLINE, () -> !pahoThreads().isEmpty());
      session.close();
      Await.until("the end of Paho's threads", DEADLINE, () -> pahoThreads().isEmpty());
    }
  }

  @Test
  void closeEndsPahosThreads() throws Exception {
    try (ScriptedBroker broker = broker()) {
      open(broker, new Dialer()).close();
      Await.until("the end of Paho's threads", DEADLINE, () -> pahoThreads().isEmpty());
    }
  }

  private ScriptedBroker broker() {
    return ScriptedBroker.start(
        connection -> {
          connection.accept(false, MqttProperties.NONE);
          connection.expect(PacketType.SUBSCRIBE);
          subscribed.countDown();
        });
  }

  private PahoSession open(ScriptedBroker broker, Dialer dialer) throws Exception {
    ConnectionSettings settings =
        new ConnectionSettings(
            new BrokerUrl(broker.url()),
            CLIENT_ID,
            Login.NONE,
            TlsSettings.DEFAULT,
            Map.of(),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofHours(1),
            100);
    Subscriptions subscriptions =
        new Subscriptions(List.of("$share/group/#"), 1, 2, List.of(), 100);
    PahoSession session = new PahoSession(settings, subscriptions, new NoDataPlane(), dialer);
    session.open();
    assertThat(subscribed.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return session;
  }

  private static List<String> pahoThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains(CLIENT_ID))
        .toList();
  }
}
