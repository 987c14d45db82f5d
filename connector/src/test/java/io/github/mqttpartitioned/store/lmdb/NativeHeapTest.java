// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.kenai.jffi.MemoryIO;
import io.github.mqttpartitioned.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of malloc are those of a whole process, so each test has a process of its own. */
class NativeHeapTest {

  private static final Duration DEADLINE = Duration.ofMinutes(1);

  @TempDir Path directory;

  @BeforeEach
  void onlyGlibcHasTheseSettings() {
    assumeTrue(NativeHeap.isGlibc());
  }

  @Test
  void freedMemoryIsKeptAndALineSaysSoOnce() {
    try (ChildJvm child = child().start()) {
      assertThat(memory(child)).isEqualTo("kept");
      assertThat(child.lines()).filteredOn(NativeHeapTest::tells).hasSize(1);
      assertThat(child.lines()).anyMatch(line -> line.contains("mqtt-partitioned.malloc=leave"));
    }
  }

  @Test
  void systemPropertySwitchesItOff() {
    assertUntouched(child().property(NativeHeap.PROPERTY, "leave"));
  }

  @Test
  void thresholdsOfTheUserStay() {
    assertUntouched(child().environment("MALLOC_TRIM_THRESHOLD_", "131072"));
    assertUntouched(child().environment("GLIBC_TUNABLES", "glibc.malloc.top_pad=131072"));
  }

  @Test
  void otherValueOfTheSystemPropertyIsRefused() {
    try (ChildJvm child = child().property(NativeHeap.PROPERTY, "off").start()) {
      child.awaitLine(
          "\\[MQTT_INVALID_OPTION] System property mqtt-partitioned.malloc is 'off'. Accepted are"
              + " keep .* and leave",
          DEADLINE);
      assertThat(child.awaitExit(DEADLINE)).isEqualTo(1);
    }
  }

  private static void assertUntouched(ChildJvm.Builder builder) {
    try (ChildJvm child = builder.start()) {
      assertThat(memory(child)).isEqualTo("returned");
      assertThat(child.lines()).noneMatch(NativeHeapTest::tells);
    }
  }

  private static boolean tells(String line) {
    return line.contains("keeps up to 16 MiB of freed memory");
  }

  private ChildJvm.Builder child() {
    return ChildJvm.of(Child.class, directory.toString());
  }

  private static String memory(ChildJvm child) {
    String found = child.awaitLine("memory is (\\w+)", DEADLINE).group(1);
    assertThat(child.awaitExit(DEADLINE)).isZero();
    return found;
  }

  /** Opens an environment twice, and tells what malloc does with large pieces from then on. */
  static final class Child {

    private static final long PIECE = 7L << 20;
    private static final long PAGE = 4096;

    /** What malloc puts before a piece that has pages of its own. */
    private static final long HEADER = 16;

    public static void main(String[] arguments) {
      for (int i = 0; i < 2; i++) {
        StoreEnvironment.open(Path.of(arguments[0]), 16 << 20).close(() -> {});
      }
      System.out.println("memory is " + (hasOwnPages() ? "returned" : "kept"));
    }

    /** Only pieces with pages of their own begin at the same place of a page each. */
    private static boolean hasOwnPages() {
      MemoryIO memory = MemoryIO.getInstance();
      long first = memory.allocateMemory(PIECE, false);
      long second = memory.allocateMemory(PIECE, false);
      return first % PAGE == HEADER && second % PAGE == HEADER;
    }
  }
}
