// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.error.ErrorCondition;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StoreExceptionTest {

  private static final StoreConfig ASKED = Stores.config(Path.of("/stores/p3"));
  private static final StoreState FOUND = new StoreState("other", 5, 1, 0, 10, 100, 0, 7);

  @ParameterizedTest(name = "{0}")
  @MethodSource("errors")
  void beginsWithItsConditionAndIsOneLineOfWholeSentences(
      ErrorCondition condition, StoreException error) {
    assertThat(error)
        .hasMessageStartingWith("[" + condition + "] ")
        .hasMessageContaining("/stores/p3");
    assertThat(error.getMessage()).endsWith(".").doesNotContain("\n", "  ");
  }

  static Stream<Arguments> errors() {
    String store = "/stores/p3";
    RuntimeException cause = new IllegalStateException("the cause");
    return Stream.of(
        Arguments.of(
            ErrorCondition.MQTT_STORE_FULL, StoreException.full("trim", 3, store, 16 << 20, null)),
        Arguments.of(
            ErrorCondition.MQTT_MESSAGE_TOO_LARGE,
            StoreException.tooLarge(1, 5 << 20, 3, store, 3 << 20, 16 << 20)),
        Arguments.of(ErrorCondition.MQTT_STORE_FENCED, StoreException.fenced(3, store, 1, 2)),
        Arguments.of(
            ErrorCondition.MQTT_STORE_FENCED, StoreException.enlarged("write to", store, cause)),
        Arguments.of(ErrorCondition.MQTT_STORE_DAMAGED, StoreException.damaged(store, "bad", null)),
        Arguments.of(ErrorCondition.MQTT_STORE_DAMAGED, StoreException.gap(3, store, 7, "none")),
        Arguments.of(
            ErrorCondition.MQTT_STORE_FOREIGN,
            StoreException.foreign(ASKED.sourceId(), ASKED.partition(), store, FOUND)),
        Arguments.of(
            ErrorCondition.MQTT_STORE_OUTDATED, StoreException.outdated(ASKED, store, FOUND)),
        Arguments.of(
            ErrorCondition.MQTT_OFFSETS_NOT_HELD,
            StoreException.missing(3, new OffsetRange(0, 9), new LogExtent(5, 9), store)),
        Arguments.of(ErrorCondition.MQTT_STORE_IN_USE, StoreException.inUse(store, "partition 3")),
        Arguments.of(ErrorCondition.MQTT_PARTITION_NOT_HOSTED, StoreException.closed(3, store)),
        Arguments.of(ErrorCondition.MQTT_STORE_VERSION, StoreException.otherVersion(store, cause)),
        Arguments.of(ErrorCondition.MQTT_STORE_UNUSABLE, StoreException.awaitingReaders(3, store)),
        Arguments.of(
            ErrorCondition.MQTT_STORE_UNUSABLE,
            StoreException.unusable("open", store, "the cause", cause)),
        Arguments.of(
            ErrorCondition.MQTT_STORE_LIBRARY_MISSING,
            StoreException.libraryMissing(store, new UnsatisfiedLinkError("no lmdb"))));
  }

  /** Both read it: the user of local mode, who has started a second query, and the cluster's. */
  @Test
  void fencedSaysWhatToDoInLocalModeAndInACluster() {
    assertThat(StoreException.fenced(3, "/p3", 1, 2))
        .hasMessageContaining("another process has opened store /p3")
        .hasMessageContaining("In local mode: another query runs on this checkpoint, so stop one")
        .hasMessageContaining("In a cluster: the partition has moved to another executor, and no");
  }

  @Test
  void tooLargeNamesALimitThatTheBlockFitsIn() {
    assertThat(StoreException.tooLarge(1, 5 << 20, 3, "/p3", 3 << 20, 16 << 20))
        .hasMessageContaining("Raise storeMaxBytes to 29 MiB or more");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "1023, 1023 bytes",
    "1024, 1 KiB",
    "1536, 1.5 KiB",
    "8589934592, 8 GiB"
  })
  void sizesReadAsPeopleWriteThem(long bytes, String text) {
    assertThat(StoreException.bytes(bytes)).isEqualTo(text);
  }
}
