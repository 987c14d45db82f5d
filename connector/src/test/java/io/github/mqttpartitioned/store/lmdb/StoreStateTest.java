// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Holds the record still: what fails here is a new version of it, not a test to be adapted. */
class StoreStateTest {

  private static final StoreState STATE =
      new StoreState("quelle-ä", 3, 7, 100, 4711, 0x1_0000_0000L, 42, 99);

  private static final String RECORD =
      "4d515053 03000000 07000000 00000000 64000000 00000000"
          + "67120000 00000000 00000000 01000000 2a000000 00000000 03000000 09000000"
          + "7175656c 6c652dc3 a4"
          + "00".repeat(119)
          + "63000000 00000000"
          + "130c293f";

  @Test
  void placesStayWhereTheyAre() {
    assertThat(StoreState.VERSION).isEqualTo(3);
    assertThat(StoreState.MAGIC_AT).isEqualTo(0);
    assertThat(StoreState.VERSION_AT).isEqualTo(4);
    assertThat(StoreState.EPOCH_AT).isEqualTo(8);
    assertThat(StoreState.EARLIEST_AT).isEqualTo(16);
    assertThat(StoreState.NEXT_AT).isEqualTo(24);
    assertThat(StoreState.LIVE_BYTES_AT).isEqualTo(32);
    assertThat(StoreState.FIRST_AT).isEqualTo(40);
    assertThat(StoreState.PARTITION_AT).isEqualTo(48);
    assertThat(StoreState.ID_LENGTH_AT).isEqualTo(52);
    assertThat(StoreState.ID_AT).isEqualTo(56);
    assertThat(StoreState.TRANSACTION_AT).isEqualTo(184);
    assertThat(StoreState.CRC_AT).isEqualTo(192);
    assertThat(StoreState.LENGTH).isEqualTo(196);
  }

  @Test
  void recordIsWrittenAndReadAsDocumented() {
    byte[] record = HexFormat.of().parseHex(RECORD.replace(" ", ""));
    assertThat(HexFormat.of().formatHex(encode(STATE))).isEqualTo(HexFormat.of().formatHex(record));
    assertThat(StoreState.decode(ByteBuffer.wrap(record))).isEqualTo(STATE);
  }

  @Test
  void longestSourceIdFits() {
    StoreState state = new StoreState("x".repeat(128), 0, 1, 0, 0, 0, 0, 0);
    assertThat(StoreState.decode(ByteBuffer.wrap(encode(state)))).isEqualTo(state);
  }

  @Test
  void everyFlippedBitAndEveryCutIsFound() {
    byte[] record = encode(STATE);
    for (int bit = 0; bit < record.length * Byte.SIZE; bit++) {
      byte[] flipped = record.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      assertThatThrownBy(() -> StoreState.decode(ByteBuffer.wrap(flipped)))
          .isInstanceOfAny(DamagedException.class, OtherVersionException.class);
    }
    for (int length = 0; length < record.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(record, length));
      assertThatThrownBy(() -> StoreState.decode(cut)).isInstanceOf(DamagedException.class);
    }
  }

  @Test
  void otherVersionIsNotDamage() {
    byte[] record = encode(STATE);
    record[StoreState.VERSION_AT] = 1;
    // Version 1 was shorter by 16 bytes.
    for (byte[] other : new byte[][] {record, Arrays.copyOf(record, record.length - 16)}) {
      assertThatThrownBy(() -> StoreState.decode(ByteBuffer.wrap(other)))
          .isInstanceOf(OtherVersionException.class)
          .hasMessageContaining("its format version is 1")
          .hasMessageContaining("knows 3");
    }
  }

  private static byte[] encode(StoreState state) {
    ByteBuffer record = ByteBuffer.allocate(StoreState.LENGTH);
    Arrays.fill(record.array(), (byte) 0x55);
    state.encode(record);
    return record.array();
  }
}
