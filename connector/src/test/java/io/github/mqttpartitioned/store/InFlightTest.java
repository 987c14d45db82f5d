// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.mqtt.packet.InFlightIds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InFlightTest {

  private static final int LAST_ID = 65_535;

  @TempDir Path directory;

  private final InFlightChanges changes = new InFlightChanges();

  @Test
  void idsComeAndGo() {
    InFlightIds ids = new InFlightIds();
    assertThat(ids.fingerprint(0)).isZero();
    ids.add(1, 11);
    ids.add(LAST_ID, -1);
    ids.add(1, 12);
    assertThat(ids.size()).isEqualTo(2);
    assertThat(ids.fingerprint(1)).isEqualTo(12);
    assertThat(ids.fingerprint(LAST_ID)).isEqualTo(-1);
    ids.release(1);
    ids.release(1);
    ids.release(500);
    assertThat(ids.size()).isEqualTo(1);
    assertThat(ids.fingerprint(1)).isZero();
    ids.clear();
    assertThat(ids.size()).isZero();
    assertThat(ids.fingerprint(LAST_ID)).isZero();
  }

  @Test
  void zeroIsNoFingerprint() {
    assertThatThrownBy(() -> new InFlightIds().add(5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("packet id 5");
    assertThatThrownBy(() -> changes.add(5, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(changes.isEmpty()).isTrue();
  }

  @Test
  void changesCountInTheirOrder() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      commit(
          store,
          log -> {
            log.add(1, 11);
            log.add(2, 22);
            log.clearAll();
            log.add(3, 33);
            log.add(4, 44);
            log.release(4);
            log.add(3, 34);
          });
      assertThat(store.inFlight().size()).isEqualTo(1);
      assertThat(store.inFlight().fingerprint(3)).isEqualTo(34);
    }
  }

  @Test
  void copyIsTheCallersOwn() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      commit(store, log -> log.add(1, 11));
      InFlightIds copy = store.inFlight();
      copy.add(2, 22);
      copy.release(1);
      assertThat(store.inFlight().fingerprint(1)).isEqualTo(11);
      assertThat(store.inFlight().size()).isEqualTo(1);
    }
  }

  @Test
  void everyIdAtOnceSurvivesReopeningAndTakesFewPages() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      commit(
          store,
          log -> {
            for (int id = 0; id <= LAST_ID; id++) {
              log.add(id, id + 1);
            }
          });
      assertThat(store.environment().usedBytes()).isLessThan(2 * Stores.MIB);
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      InFlightIds ids = store.inFlight();
      assertThat(ids.size()).isEqualTo(LAST_ID + 1);
      for (int id = 0; id <= LAST_ID; id++) {
        assertThat(ids.fingerprint(id)).isEqualTo(id + 1);
      }
      commit(store, InFlightChanges::clearAll);
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.inFlight().size()).isZero();
    }
  }

  @Test
  void givenUpChangesLeaveWhatWasDurable() {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      commit(store, log -> log.add(1, 11));
      try (StoreWriter writer = store.write()) {
        changes.reset();
        changes.clearAll();
        changes.add(2, 22);
        writer.apply(changes);
      }
      assertThat(store.inFlight().size()).isEqualTo(1);
      commit(store, log -> log.add(3, 33));
      assertThat(store.inFlight().size()).isEqualTo(2);
    }
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      assertThat(store.inFlight().size()).isEqualTo(2);
      assertThat(store.inFlight().fingerprint(1)).isEqualTo(11);
    }
  }

  @Test
  void alteredRecordIsDamage() throws IOException {
    try (PartitionStore store = PartitionStore.open(Stores.config(directory))) {
      commit(store, log -> log.add(300, 0x1122334455667788L));
    }
    byte[] fingerprint = {(byte) 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11};
    assertThat(Stores.flip(directory, fingerprint)).isPositive();
    assertThatThrownBy(() -> PartitionStore.open(Stores.config(directory)))
        .isInstanceOf(StoreException.Damaged.class)
        .hasMessageContaining("record 2 of the packet ids in flight");
  }

  private void commit(PartitionStore store, Consumer<InFlightChanges> change) {
    changes.reset();
    change.accept(changes);
    try (StoreWriter writer = store.write()) {
      writer.apply(changes);
      writer.commit();
    }
  }
}
