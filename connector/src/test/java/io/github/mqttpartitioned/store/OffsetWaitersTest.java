// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers that wait for what a store does not hold yet. */
class OffsetWaitersTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path temp;

  private PartitionStore open() {
    return PartitionStore.open(Stores.config(temp.resolve("store")));
  }

  @Test
  void commitWakesWhoeverWaitsForItsMessages() throws Exception {
    try (PartitionStore store = open()) {
      CompletableFuture<Long> first = store.waiters().whenBeyond(0);
      CompletableFuture<Long> later = store.waiters().whenBeyond(3);
      assertThat(store.waiters().isAny()).isTrue();
      Stores.append(store, 3);
      assertThat(first.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(3);
      assertThat(later).isNotDone();
      Stores.append(store, 2);
      assertThat(later.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(5);
      assertThat(store.waiters().isAny()).isFalse();
    }
  }

  @Test
  void whatIsStoredAlreadyIsNotWaitedFor() throws Exception {
    try (PartitionStore store = open()) {
      Stores.append(store, 3);
      AtomicInteger begun = new AtomicInteger();
      store.waiters().whenAny(begun::incrementAndGet);
      assertThat(store.awaitBeyond(2, LIMIT)).isEqualTo(3);
      assertThat(begun).hasValue(0);
      assertThat(store.waiters().isAny()).isFalse();
    }
  }

  @Test
  void timeEndsAWaitAndNobodyIsCountedAsWaiting() throws Exception {
    try (PartitionStore store = open()) {
      AtomicInteger begun = new AtomicInteger();
      store.waiters().whenAny(begun::incrementAndGet);
      assertThat(store.awaitBeyond(0, Duration.ofMillis(1))).isZero();
      assertThat(begun).hasValue(1);
      assertThat(store.waiters().isAny()).isFalse();
    }
  }

  @Test
  void whoeverWaitsKeepsNoPageFromBeingUsedAgain() throws Exception {
    try (PartitionStore store = open()) {
      CompletableFuture<Long> far = store.waiters().whenBeyond(1_000_000);
      for (int round = 0; round < 300; round++) {
        Stores.append(store, 400);
        Stores.trim(store, store.extent().next());
      }
      // Far more than the store has room for has gone through it.
      assertThat(far).isNotDone();
      assertThat(store.extent().next()).isEqualTo(120_000);
    }
  }

  @Test
  void closingTellsWhoeverWaits() {
    PartitionStore store = open();
    CompletableFuture<Long> reached = store.waiters().whenBeyond(0);
    store.close();
    assertThatThrownBy(reached::join).hasCauseInstanceOf(StoreException.Unusable.class);
    assertThatThrownBy(() -> store.awaitBeyond(0, LIMIT))
        .isInstanceOf(StoreException.Unusable.class);
  }

  @Test
  void endTellsWhoeverWaitsOnceAllThatIsStoredIsRead() throws Exception {
    try (PartitionStore store = open()) {
      Stores.append(store, 3);
      CompletableFuture<Long> reached = store.waiters().whenBeyond(3);
      IllegalStateException failure = new IllegalStateException("the member has failed");
      store.waiters().end(failure);
      assertThatThrownBy(reached::join).hasCause(failure);
      assertThat(store.awaitBeyond(1, LIMIT)).isEqualTo(3);
      assertThatThrownBy(() -> store.awaitBeyond(3, LIMIT)).isSameAs(failure);
    }
  }

  @Test
  void storeThatHasNotComeToAnOffsetIsAnotherStore() {
    try (PartitionStore store = open()) {
      Stores.append(store, 3);
      assertThatThrownBy(() -> store.awaitBeyond(4, LIMIT))
          .isInstanceOf(StoreException.Missing.class)
          .hasMessageContaining("[3, 4)");
    }
  }
}
