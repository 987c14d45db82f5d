// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A store cannot do what was asked; each kind asks for another answer. */
public abstract sealed class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** No room: nothing was written. Goes away when the store is trimmed. */
  public static final class Full extends StoreException {
    private static final long serialVersionUID = 1L;

    private Full(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** One block is larger than the store ever takes: waiting does not help. */
  public static final class TooLarge extends StoreException {
    private static final long serialVersionUID = 1L;

    private TooLarge(String message) {
      super(message, null);
    }
  }

  /** Another holder has opened the store since. Final: nothing may be acknowledged any more. */
  public static final class Fenced extends StoreException {
    private static final long serialVersionUID = 1L;

    private Fenced(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** What the disk holds is not what was written. */
  public static final class Damaged extends StoreException {
    private static final long serialVersionUID = 1L;

    private Damaged(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The store belongs to another source or partition. */
  public static final class Foreign extends StoreException {
    private static final long serialVersionUID = 1L;

    private Foreign(String message) {
      super(message, null);
    }
  }

  /** The store has gone back in time: it would give offsets again that have been used. */
  public static final class Outdated extends StoreException {
    private static final long serialVersionUID = 1L;

    private Outdated(String message) {
      super(message, null);
    }
  }

  /** Offsets were asked for that the store does not hold. */
  public static final class Missing extends StoreException {
    private static final long serialVersionUID = 1L;

    private Missing(String message) {
      super(message, null);
    }
  }

  /**
   * The store cannot be used now: closed, in use, not writable, no space on the disk, disk error.
   * What it holds is as before.
   */
  public static sealed class Unusable extends StoreException {
    private static final long serialVersionUID = 1L;

    private Unusable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The store is open in this JVM already. Goes away when its last reader has ended. */
  public static final class InUse extends Unusable {
    private static final long serialVersionUID = 1L;

    private InUse(String message) {
      super(message, null);
    }
  }

  static Full full(
      String action, int partition, String store, long maxBytes, @Nullable Throwable cause) {
    return new Full(
        "Cannot "
            + action
            + " partition "
            + partition
            + ": store "
            + store
            + " is full ("
            + bytes(maxBytes)
            + "). Raise storeMaxBytes, or let the query catch up.",
        cause);
  }

  static TooLarge tooLarge(
      int messages, long needed, int partition, String store, long accepted, long maxBytes) {
    return new TooLarge(
        "Cannot append "
            + messages
            + " messages of "
            + bytes(needed)
            + " to partition "
            + partition
            + ": store "
            + store
            + " of "
            + bytes(maxBytes)
            + " takes at most "
            + bytes(accepted)
            + " at a time. Raise storeMaxBytes to "
            + bytes(Math.max(maxBytes, 5 * needed + (4L << 20)))
            + " at least.");
  }

  static Fenced fenced(int partition, String store, long own, long found) {
    return new Fenced(
        "Cannot write to partition "
            + partition
            + ": store "
            + store
            + " has been taken over by another holder (epoch "
            + found
            + ", this one's is "
            + own
            + ").",
        null);
  }

  public static Fenced enlarged(String action, String store, Throwable cause) {
    return new Fenced(
        "Cannot "
            + action
            + " store "
            + store
            + ": another holder has taken it over and made it larger than this one's"
            + " storeMaxBytes.",
        cause);
  }

  public static Damaged damaged(String store, String problem) {
    return damaged(store, problem, null);
  }

  public static Damaged damaged(String store, String problem, @Nullable Throwable cause) {
    return new Damaged(
        "Store "
            + store
            + " is damaged: "
            + problem
            + ". Restore it from the disk's last good state; or move its directory away, start the"
            + " query with failOnDataLoss=false, and lose what it held.",
        cause);
  }

  static Damaged gap(int partition, String store, long expected, String found) {
    return damaged(
        store,
        "partition " + partition + " has no block for offset " + expected + ", found " + found);
  }

  static Foreign foreign(StoreConfig asked, String store, StoreState found) {
    return new Foreign(
        "Store "
            + store
            + " belongs to partition "
            + found.partition()
            + " of source "
            + found.sourceId()
            + ", not to partition "
            + asked.partition()
            + " of source "
            + asked.sourceId()
            + ": this checkpoint is used with another one's store. Set storeDir to the directory"
            + " that belongs to this checkpoint, or to an empty one.");
  }

  static Outdated outdated(StoreConfig asked, String store, StoreState found) {
    return new Outdated(
        "The store of partition "
            + asked.partition()
            + ", "
            + store
            + ", is older than the checkpoint: it holds "
            + found.extent()
            + ", but offsets below "
            + asked.firstOffset()
            + " have been planned. Restore the newer store; or move this one away, and set"
            + " failOnDataLoss=false to go on with a new one without what is lost");
  }

  static Missing missing(int partition, OffsetRange range, LogExtent held, String store) {
    return new Missing(
        "Cannot read offsets "
            + range
            + " of partition "
            + partition
            + ": store "
            + store
            + " holds "
            + held
            + ". What lies before has been trimmed, what lies behind was never stored; let the"
            + " query skip them with failOnDataLoss=false.");
  }

  static InUse inUse(String store, String holder) {
    return new InUse(
        "Cannot open store "
            + store
            + ": it is open in this JVM already ("
            + holder
            + "). Stop the query that uses it, or wait until its last reader has ended; each"
            + " query needs a checkpoint and a storeDir of its own.");
  }

  static Unusable closed(int partition, String store) {
    return new Unusable(
        "Cannot use partition "
            + partition
            + ": store "
            + store
            + " has been closed here; ask the partition's present holder.",
        null);
  }

  public static Unusable otherVersion(String store, int found, int expected) {
    return new Unusable(
        "Cannot open store "
            + store
            + ": its format version is "
            + found
            + ", this version of the connector knows "
            + expected
            + ". Run the version of the connector that wrote it.",
        null);
  }

  static Unusable awaitingReaders(int partition, String store) {
    return new Unusable(
        "Cannot use partition "
            + partition
            + ": after a disk error store "
            + store
            + " has to be opened anew, which waits for the readers that are still open. Try"
            + " again.",
        null);
  }

  public static Unusable unusable(String action, String store, Throwable cause) {
    return unusable(action, store, String.valueOf(cause.getMessage()), cause);
  }

  public static Unusable unusable(
      String action, String store, String why, @Nullable Throwable cause) {
    return new Unusable(
        "Cannot "
            + action
            + " store "
            + store
            + ": "
            + why
            + ". Check that its disk is there, is writable, and has room.",
        cause);
  }

  /** A size as people write it: {@code 8 GiB}, {@code 1.5 MiB}, {@code 100 bytes}. */
  public static String bytes(long size) {
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
