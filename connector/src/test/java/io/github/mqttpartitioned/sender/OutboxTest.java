// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.ControlPackets.PublishLimits;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OutboxTest {

  private static final Duration LIMIT = Duration.ofMillis(300);

  /** The bytes of the message leave for four times the limit, then no more. */
  @Test
  void messageThatIsStillLeavingMakesProgress() throws Exception {
    SenderName name = new SenderName("sender", new BrokerUrl("tcp://broker:1883"));
    Outbox outbox = new Outbox(name, 10, Duration.ZERO, LIMIT);
    outbox.connecting(name);
    long lastSent = System.nanoTime() + 4 * LIMIT.toNanos();
    outbox.connected(PublishLimits.NONE, false, () -> Math.min(System.nanoTime(), lastSent));
    outbox.begin(0, SenderListener.NONE);
    SenderFixture.put(outbox, 0, 1);
    assertThat(outbox.next()).isNotNull();
    assertThatThrownBy(outbox::awaitConfirmed).hasMessageContaining("[MQTT_CONFIRMATION_MISSING]");
    assertThat(Duration.ofNanos(System.nanoTime() - lastSent)).isGreaterThanOrEqualTo(LIMIT);
  }
}
