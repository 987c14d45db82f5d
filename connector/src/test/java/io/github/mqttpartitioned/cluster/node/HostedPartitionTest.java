// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.receiver.LeaseCheck;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreException;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.TestSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostedPartitionTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final PartitionAssignment ASSIGNMENT =
      new PartitionAssignment(0, "a", 1, 0, false);

  @TempDir private Path temp;

  @Test
  void storeOfAReceiverThatStopsLateIsClosedThen() throws InterruptedException {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    HostedPartition partition =
        new HostedPartition(
            new TestSettings("tcp://127.0.0.1:1", temp).sourceId("source").build(),
            ASSIGNMENT,
            blocked(busy, mayEnd),
            "driver");
    partition.open();
    busy.await();

    partition.stop();
    partition.finish(System.nanoTime());

    assertThat(canBeOpened()).as("while the receiver may still write").isFalse();
    mayEnd.countDown();
    Await.until("the store is closed", LIMIT, () -> canBeOpened());
  }

  private boolean canBeOpened() {
    StoreConfig config =
        new StoreConfig(ASSIGNMENT.directory(temp.toString()), "source", 0, 16L << 20, 0);
    try {
      PartitionStore.open(config).close();
      return true;
    } catch (StoreException.Unusable e) {
      return false;
    }
  }

  private static LeaseCheck blocked(CountDownLatch busy, CountDownLatch mayEnd) {
    return new LeaseCheck() {
      @Override
      public void require() {
        busy.countDown();
        try {
          mayEnd.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }

      @Override
      public void changed() {}
    };
  }
}
