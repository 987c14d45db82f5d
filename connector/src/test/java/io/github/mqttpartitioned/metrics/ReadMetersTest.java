// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.Collection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the meters of what tasks read go. */
class ReadMetersTest {

  private static final String SOURCE = "read-meters";

  @AfterEach
  void release() {
    ReadMeters.release(SOURCE);
  }

  private static Collection<Meter> registered() {
    return Metrics.globalRegistry.find("mqtt.source.read").tags("node", SOURCE).meters();
  }

  private static void read() {
    ReadMeters.of(SOURCE, "read-meters-group", 0, SOURCE).read(1, 10, false);
  }

  @Test
  void metersOfAnExecutorWithoutANodeGoWhenNoTaskReadsAnyMore() {
    read();
    ReadMeters.removeIdle(System.nanoTime());
    assertThat(registered()).hasSize(1);
    ReadMeters.removeIdle(System.nanoTime() + ReadMeters.IDLE.toNanos());
    assertThat(registered()).isEmpty();
    read();
    assertThat(registered()).as("of a task that reads again").hasSize(1);
  }

  @Test
  void metersOfAnExecutorWithANodeStayUntilItIsReleased() {
    ReadMeters.keep(SOURCE);
    read();
    ReadMeters.removeIdle(System.nanoTime() + ReadMeters.IDLE.multipliedBy(24).toNanos());
    assertThat(registered()).hasSize(1);
    ReadMeters.release(SOURCE);
    assertThat(registered()).isEmpty();
    Await.until("the end of the thread", Duration.ofSeconds(30), () -> !isSwept());
  }

  private static boolean isSwept() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("mqtt-read-meters"));
  }
}
