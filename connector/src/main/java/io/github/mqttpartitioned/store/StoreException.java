// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_MESSAGE_TOO_LARGE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_OFFSETS_NOT_HELD;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_PARTITION_NOT_HOSTED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_DAMAGED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_FENCED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_FOREIGN;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_FULL;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_IN_USE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_LIBRARY_MISSING;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_OUTDATED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_UNUSABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_VERSION;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.error.ErrorCondition;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A store cannot do what it was asked to do. Each kind needs another answer from the caller. */
public abstract sealed class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  /** What a user does about a {@link Fenced}. */
  private static final String FENCED_ADVICE =
      """
      This process acknowledges nothing more. In local mode: another query runs on this \
      checkpoint, so stop one of the two. In a cluster: the partition has moved to another \
      executor, and no action is needed. If it happens again and again, look for another query on \
      this checkpoint.""";

  private StoreException(ErrorCondition condition, String text, @Nullable Throwable cause) {
    super(condition.message(text), cause);
  }

  /** The store has no room, and nothing was written. It has room again when it is trimmed. */
  public static final class Full extends StoreException {
    private static final long serialVersionUID = 1L;

    private Full(String text, @Nullable Throwable cause) {
      super(MQTT_STORE_FULL, text, cause);
    }
  }

  /** One block is larger than the store ever accepts. To wait does not help. */
  public static final class TooLarge extends StoreException {
    private static final long serialVersionUID = 1L;

    private TooLarge(String text) {
      super(MQTT_MESSAGE_TOO_LARGE, text, null);
    }
  }

  /** Another process has opened the store since. Final: nothing may be acknowledged any more. */
  public static final class Fenced extends StoreException {
    private static final long serialVersionUID = 1L;

    private Fenced(String text, @Nullable Throwable cause) {
      super(MQTT_STORE_FENCED, text + " " + FENCED_ADVICE, cause);
    }
  }

  /** The disk does not hold what was written. */
  public static final class Damaged extends StoreException {
    private static final long serialVersionUID = 1L;

    private Damaged(String text, @Nullable Throwable cause) {
      super(MQTT_STORE_DAMAGED, text, cause);
    }
  }

  /** The store belongs to another source or partition. */
  public static final class Foreign extends StoreException {
    private static final long serialVersionUID = 1L;

    private Foreign(String text) {
      super(MQTT_STORE_FOREIGN, text, null);
    }
  }

  /** The store is older than the checkpoint: it would give used offsets to new messages. */
  public static final class Outdated extends StoreException {
    private static final long serialVersionUID = 1L;

    private Outdated(String text) {
      super(MQTT_STORE_OUTDATED, text, null);
    }
  }

  /** The store does not hold the offsets that were asked for. */
  public static final class Missing extends StoreException {
    private static final long serialVersionUID = 1L;

    private Missing(String text) {
      super(MQTT_OFFSETS_NOT_HELD, text, null);
    }
  }

  /**
   * The store cannot be used now: closed, in use, not writable, no space on the disk, disk error.
   * What it holds is unchanged.
   */
  public static sealed class Unusable extends StoreException {
    private static final long serialVersionUID = 1L;

    private Unusable(ErrorCondition condition, String text, @Nullable Throwable cause) {
      super(condition, text, cause);
    }
  }

  /** The store is open in this JVM already. It can be opened when its last reader has ended. */
  public static final class InUse extends Unusable {
    private static final long serialVersionUID = 1L;

    private InUse(String text) {
      super(MQTT_STORE_IN_USE, text, null);
    }
  }

  static Full full(
      String action, int partition, String store, long maxBytes, @Nullable Throwable cause) {
    return new Full(
        """
        Cannot %s partition %d: store %s is full (%s). Let the query catch up, or raise \
        storeMaxBytes."""
            .formatted(action, partition, store, bytes(maxBytes)),
        cause);
  }

  static TooLarge tooLarge(
      int messages, long needed, int partition, String store, long accepted, long maxBytes) {
    return new TooLarge(
        """
        Cannot append %d messages of %s to partition %d: store %s of %s takes at most %s at a \
        time. Raise storeMaxBytes to %s or more."""
            .formatted(
                messages,
                bytes(needed),
                partition,
                store,
                bytes(maxBytes),
                bytes(accepted),
                bytes(Math.max(maxBytes, 5 * needed + (4L << 20)))));
  }

  static Fenced fenced(int partition, String store, long own, long found) {
    return new Fenced(
        """
        Cannot write to partition %d: another process has opened store %s (its epoch is %d, the \
        epoch of this process is %d)."""
            .formatted(partition, store, found, own),
        null);
  }

  static Fenced enlarged(String action, String store, Throwable cause) {
    return new Fenced(
        """
        Cannot %s store %s: another process has opened it and made it larger than storeMaxBytes \
        of this process."""
            .formatted(action, store),
        cause);
  }

  static Damaged damaged(String store, String problem, @Nullable Throwable cause) {
    return new Damaged(
        """
        Store %s is damaged: %s. Restore it from a copy. Or move its directory away and start the \
        query with failOnDataLoss=false: what the store held is lost."""
            .formatted(store, problem),
        cause);
  }

  static Damaged gap(int partition, String store, long expected, String found) {
    return damaged(
        store,
        "partition %d has no block for offset %d, found %s".formatted(partition, expected, found),
        null);
  }

  static Foreign foreign(String sourceId, int partition, String store, StoreState found) {
    return new Foreign(
        """
        Store %s belongs to partition %d of source %s, not to partition %d of source %s. Set \
        storeDir to the directory that belongs to this checkpoint, or to an empty one."""
            .formatted(store, found.partition(), found.sourceId(), partition, sourceId));
  }

  static Outdated outdated(StoreConfig asked, String store, StoreState found) {
    return new Outdated(
        """
        The store of partition %d, %s, is older than the checkpoint: it holds %s, but offsets \
        below %d have been planned. Restore the newer store. Or move this one away and start the \
        query with failOnDataLoss=false: it skips what is lost."""
            .formatted(asked.partition(), store, found.extent(), asked.firstOffset()));
  }

  static Missing missing(int partition, OffsetRange range, LogExtent held, String store) {
    return new Missing(
        """
        Cannot read offsets %s of partition %d: store %s holds %s. Lower offsets have been \
        trimmed, and higher ones were never stored. Start the query with failOnDataLoss=false to \
        skip them."""
            .formatted(range, partition, store, held));
  }

  static InUse inUse(String store, String user) {
    return new InUse(
        """
        Cannot open store %s: it is open in this JVM already (%s). Stop the query that uses it, \
        or wait until its last reader has ended. Each query needs a checkpoint of its own."""
            .formatted(store, user));
  }

  static Unusable closed(int partition, String store) {
    return new Unusable(
        MQTT_PARTITION_NOT_HOSTED,
        """
        Cannot use partition %d: store %s has been closed in this process, because the query \
        stops or the partition moves to another node. No action is needed if the query goes on."""
            .formatted(partition, store),
        null);
  }

  static Unusable otherVersion(String store, Throwable cause) {
    return new Unusable(
        MQTT_STORE_VERSION,
        "Cannot open store %s: %s. Run the release that wrote it."
            .formatted(store, cause.getMessage()),
        cause);
  }

  static Unusable awaitingReaders(int partition, String store) {
    return new Unusable(
        MQTT_STORE_UNUSABLE,
        """
        Cannot use partition %d: after a disk error store %s must be opened again, and that waits \
        for the readers that still use it. The next attempt can succeed."""
            .formatted(partition, store),
        null);
  }

  static Unusable libraryMissing(String store, LinkageError cause) {
    return new Unusable(
        MQTT_STORE_LIBRARY_MISSING,
        """
        Cannot open store %s: LMDB cannot be loaded into this JVM (%s). Start the JVM with \
        --add-opens=java.base/java.nio=ALL-UNNAMED and \
        --add-exports=java.base/sun.nio.ch=ALL-UNNAMED, as Spark's own scripts do, and with a \
        java.io.tmpdir on a file system from which programs may run (without noexec)."""
            .formatted(store, cause),
        cause);
  }

  /**
   * What lies in the store's directory cannot be used now.
   *
   * @param action what is done to the store, such as {@code "open"}
   */
  public static Unusable unusable(String action, String store, String problem, Throwable cause) {
    return new Unusable(
        MQTT_STORE_UNUSABLE,
        "Cannot %s store %s: %s. Check that its disk is there, is writable and has room."
            .formatted(action, store, problem),
        cause);
  }

  /** A size as people write it: {@code 8 GiB}, {@code 1.5 MiB}, {@code 100 bytes}. */
  static String bytes(long size) {
    int unit = 0;
    double value = size;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String format = value == Math.rint(value) ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }
}
