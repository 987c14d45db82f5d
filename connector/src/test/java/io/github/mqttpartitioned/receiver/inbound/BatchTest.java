// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.receiver.inbound.Batch.MalformedPublish;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BatchTest {

  /** The next group commit would store again what is left behind. */
  @Test
  void clearedBatchHoldsNothingOfTheConnectionThatFilledIt() {
    Batch batch = new Batch("tcp://broker:1883");
    batch.block().add(0, 0, 0, new byte[1], 0, 1, 0, 0);
    batch.inFlight().add(1, 5);
    batch.deadLetters().add(new MalformedPublish(0x30, 0, 7, ByteBuffer.allocate(3), "no topic"));
    batch.acknowledge(0x50, 1);
    batch.markReceived();
    batch.countDuplicate();
    batch.countBreach();
    assertThat(batch.changesStore()).isTrue();
    batch.clear();
    assertThat(batch.isEmpty()).isTrue();
    assertThat(batch.changesStore()).isFalse();
    assertThat(batch.deadLetters()).isEmpty();
    assertThat(batch.inFlight().isEmpty()).isTrue();
    assertThat(batch.acknowledgementsCount()).isZero();
    assertThat(batch.withheldCount()).isZero();
    assertThat(batch.receivedNanos()).isZero();
    assertThat(batch.receivedBytes()).isZero();
    assertThat(batch.duplicates()).isZero();
    assertThat(batch.breaches()).isZero();
  }
}
