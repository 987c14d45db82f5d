// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataLossTest {

  private static final StoreDirectories STORES =
      new StoreDirectories("/stores/1", PartitionAssignments.none(4));

  private final DataLoss failing = new DataLoss(new LossPolicy(true, false), STORES, 4);
  private final DataLoss skipping = new DataLoss(new LossPolicy(false, false), STORES, 4);

  @Test
  void rangeThatIsHeldIsReadAsPlanned() {
    OffsetRange range = new OffsetRange(5, 9);
    assertThat(failing.held(0, range, new LogExtent(5, 9))).isEqualTo(range);
    assertThat(failing.held(0, range, new LogExtent(0, 100))).isEqualTo(range);
    assertThat(failing.offsets()).isZero();
  }

  @Test
  void rangeThatBeginsTooEarlyFails() {
    assertThatThrownBy(() -> failing.held(3, new OffsetRange(5, 9), new LogExtent(7, 20)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            """
            [MQTT_OFFSETS_LOST] Offsets [5, 7) of partition 3 are lost: its store, /stores/1/p3, \
            holds [7, 20). Restore the store from a copy, or set failOnDataLoss=false to continue \
            without what is lost.""");
  }

  @Test
  void lostOffsetsAreSkippedAndCountedOnce() {
    LogExtent extent = new LogExtent(7, 20);
    assertThat(skipping.held(3, new OffsetRange(5, 9), extent)).isEqualTo(new OffsetRange(7, 9));
    assertThat(skipping.held(3, new OffsetRange(5, 9), extent)).isEqualTo(new OffsetRange(7, 9));
    assertThat(skipping.offsets()).isEqualTo(2);
    assertThat(skipping.held(2, new OffsetRange(0, 3), extent)).isEqualTo(new OffsetRange(3, 3));
    assertThat(skipping.offsets()).isEqualTo(5);
  }

  @Test
  void emptyRangeBelowTheStoreLosesNothing() {
    assertThat(failing.held(0, new OffsetRange(5, 5), new LogExtent(7, 9)).isEmpty()).isTrue();
  }

  @Test
  void storeOlderThanTheCheckpointAlwaysFails() {
    for (DataLoss loss : new DataLoss[] {failing, skipping}) {
      assertThatThrownBy(() -> loss.held(1, new OffsetRange(5, 9), new LogExtent(0, 8)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              """
              [MQTT_STORE_OUTDATED] The store of partition 1, /stores/1/p1, is older than the \
              checkpoint: it holds [0, 8), but offsets below 9 have been planned. Restore the \
              newer store. Or move this one away and set failOnDataLoss=false to continue with a \
              new one without what is lost.""");
    }
  }

  @Test
  void missingStoreFailsOrIsPassedOver() {
    assertThatThrownBy(() -> failing.missing(2, 40))
        .hasMessage(
            """
            [MQTT_STORE_MISSING] The store of partition 2, /stores/1/p2, is missing: messages that \
            it held and that were not yet processed are lost; the checkpoint has planned offsets \
            below 40. Restore the store from a copy, or set failOnDataLoss=false to continue \
            without what is lost.""");
    skipping.missing(2, 40);
  }

  @Test
  void storeThatReplacesALostOneIsNamedFromTheTimeOnWhenItIsAssigned() {
    StoreDirectories directories = new StoreDirectories("/stores/1", PartitionAssignments.none(2));
    DataLoss loss = new DataLoss(new LossPolicy(true, false), directories, 2);
    directories.assigned(
        new PartitionAssignments(
            1,
            List.of(
                PartitionAssignment.unassigned(0).on("a"),
                PartitionAssignment.unassigned(1).on("b").nextGeneration())));
    assertThatThrownBy(() -> loss.missing(1, 40)).hasMessageContaining(", /stores/1/p1.1, ");
    assertThatThrownBy(() -> loss.missing(0, 40)).hasMessageContaining(", /stores/1/p0, ");
  }

  @Test
  void nothingIsLostWithAStoreThatTheBrokerDeliversAgain() {
    DataLoss loss = new DataLoss(new LossPolicy(true, true), STORES, 4);
    LogExtent replaced = LogExtent.emptyAt(40);
    loss.missing(2, 40);
    assertThat(loss.held(2, new OffsetRange(30, 40), replaced).isEmpty()).isTrue();
    assertThat(loss.offsets()).isZero();
    // Nor is it in the run after a crash: the store itself says what it began with.
    DataLoss next = new DataLoss(new LossPolicy(true, true), STORES, 4);
    assertThat(next.held(2, new OffsetRange(30, 40), replaced).isEmpty()).isTrue();
    // A store that is there and lacks something is another matter.
    assertThatThrownBy(() -> loss.held(1, new OffsetRange(30, 40), new LogExtent(40, 40)))
        .hasMessageContaining("Offsets [30, 40) of partition 1 are lost");
    // So is one whose messages had been acknowledged before they were processed.
    assertThatThrownBy(() -> failing.held(1, new OffsetRange(30, 40), replaced))
        .hasMessageContaining("Offsets [30, 40) of partition 1 are lost");
  }
}
