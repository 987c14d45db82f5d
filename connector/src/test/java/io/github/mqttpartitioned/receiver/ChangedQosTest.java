// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.SessionBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query that is started again with another QoS, on the session that it had. */
class ChangedQosTest {

  private static final int MESSAGES = 5_000;
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void whatTheSessionHoldsAtQos2IsStoredOnceThoughTheMemberAsksForQos1Now() {
    try (SessionBroker broker = new SessionBroker(2, 1_000, 100)) {
      broker.publish(MESSAGES);
      Member member = new Member(folder, broker.url()).qos(2).start().awaitStored(100);
      broker.cut();
      member.stop();
      try (Member later = new Member(folder, broker.url()).qos(1).start()) {
        broker.awaitDone(DEADLINE);
        StoredNumbers stored = new StoredNumbers();
        stored.follow(later.store());
        BitSet all = new BitSet();
        all.set(0, MESSAGES);
        stored.assertHolds(all);
        assertThat(stored.duplicates()).isZero();
        assertThat(broker.violations()).isEmpty();
        assertThat(later.status().counts().deadLetters()).isZero();
      }
    }
  }
}
