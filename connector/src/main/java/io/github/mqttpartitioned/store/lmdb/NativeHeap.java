// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store.lmdb;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_INVALID_OPTION;

import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes glibc keep the memory that LMDB works with.
 *
 * <p>A write transaction holds its new pages in memory and frees them at its end: about 10 MiB for
 * a busy member. By default glibc returns most of that to the system each time. The next
 * transaction then gets it page by page through page faults, which takes longer than to fill the
 * pages.
 *
 * <p>glibc raises its thresholds when a large piece is freed. From then on pieces up to that size
 * come from the heap, and up to twice that size stays at the end of each arena. This holds for the
 * whole JVM. So the system property {@value #PROPERTY} switches it off, and nothing is done where
 * the user has set one of the thresholds: glibc does not raise them then.
 */
final class NativeHeap {

  /** System property: {@code keep}, the default, or {@code leave}. */
  static final String PROPERTY = "mqtt-partitioned.malloc";

  private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

  private static final long PIECE = 8L << 20;

  /** What fixes a threshold: variables of the environment, and their names in GLIBC_TUNABLES. */
  private static final List<String> VARIABLES =
      List.of(
          "MALLOC_TRIM_THRESHOLD_",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TOP_PAD_",
          "MALLOC_MMAP_MAX_");

  private static final List<String> TUNABLES =
      List.of(
          "glibc.malloc.trim_threshold=",
          "glibc.malloc.mmap_threshold=",
          "glibc.malloc.top_pad=",
          "glibc.malloc.mmap_max=");

  private static boolean done;

  private NativeHeap() {}

  /**
   * Raises the thresholds of glibc, the first time that it is called and unless the user has
   * decided otherwise.
   *
   * @throws IllegalArgumentException when the system property has another value
   */
  static synchronized void keepFreed() {
    if (done) {
      return;
    }
    if (isWanted() && !isSetByUser() && isGlibc()) {
      MemoryIO memory = MemoryIO.getInstance();
      memory.freeMemory(memory.allocateMemory(PIECE, false));
      LOG.info(
          """
          The C library of this JVM now keeps up to {} MiB of freed memory in each arena, so that \
          LMDB gets it again without page faults. -D{}=leave switches this off""",
          (2 * PIECE) >> 20,
          PROPERTY);
    }
    done = true;
  }

  private static boolean isWanted() {
    String value = System.getProperty(PROPERTY, "keep");
    return switch (value) {
      case "keep" -> true;
      case "leave" -> false;
      default ->
          throw new IllegalArgumentException(
              MQTT_INVALID_OPTION.message(
                  """
                  System property %s is '%s'. Accepted are keep (the C library keeps the memory \
                  that LMDB frees) and leave (its settings stay as they are)."""
                      .formatted(PROPERTY, value)));
    };
  }

  private static boolean isSetByUser() {
    String tunables = String.valueOf(System.getenv("GLIBC_TUNABLES"));
    return VARIABLES.stream().anyMatch(name -> System.getenv(name) != null)
        || TUNABLES.stream().anyMatch(tunables::contains);
  }

  static boolean isGlibc() {
    return Library.getDefault().getSymbolAddress("gnu_get_libc_version") != 0;
  }
}
