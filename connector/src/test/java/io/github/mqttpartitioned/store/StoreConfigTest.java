// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StoreConfigTest {

  private static final Path PATH = Path.of("p3");

  @Test
  void refusesWhatNoStoreCanBe() {
    assertThatThrownBy(() -> new StoreConfig(PATH, "source", 3, (16 << 20) - 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("storeMaxBytes is 16777215 bytes")
        .hasMessageContaining("16 MiB or more");
    assertThatThrownBy(() -> new StoreConfig(PATH, "", 3, 16 << 20, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("source id");
    assertThatThrownBy(() -> new StoreConfig(PATH, "ä".repeat(65), 3, 16 << 20, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("130 bytes");
    assertThatThrownBy(() -> new StoreConfig(PATH, "source", -1, 16 << 20, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("partition is -1");
    assertThatThrownBy(() -> new StoreConfig(PATH, "source", 3, 16 << 20, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first offset is -1");
  }
}
