// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.mqtt.packet.InFlightChanges;
import io.github.mqttpartitioned.store.lmdb.BlockTable.Trimmed;
import io.github.mqttpartitioned.store.lmdb.DamagedException;
import io.github.mqttpartitioned.store.lmdb.InFlightTable;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Env.MapFullException;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * One write transaction. What it does becomes durable together, by {@link #commit}, or not at all.
 * After an exception other than {@link StoreException.TooLarge} only {@link #close} may be called.
 * Confined to the writer thread.
 */
public final class StoreWriter implements AutoCloseable {

  /** A call of {@link #trim} stops when it has dropped blocks of this many bytes. */
  static final long TRIM_BYTES = 64L << 20;

  private enum Phase {
    OPEN,
    FAILED,
    COMMITTED,
    CLOSED
  }

  private final PartitionStore store;
  private final StoreEnvironment environment;
  private final Txn<ByteBuffer> txn;
  private final StoreState begun;
  private final StoreCapacity capacity;
  private final StoreLimits limits;

  private long earliest;
  private long next;
  private long liveBytes;
  private boolean mustWrite;
  private boolean mustSettle;
  private Phase phase = Phase.OPEN;

  StoreWriter(
      PartitionStore store, StoreEnvironment environment, Txn<ByteBuffer> txn, StoreState begun) {
    this.store = store;
    this.environment = environment;
    this.txn = txn;
    this.begun = begun;
    this.capacity = store.capacity();
    this.limits = capacity.limits();
    this.earliest = begun.earliest();
    this.next = begun.next();
    this.liveBytes = begun.liveBytes();
  }

  /**
   * Appends the messages of {@code block}, one or more. They get the next offsets.
   *
   * @throws StoreException.Full when there is no room
   * @throws StoreException.TooLarge when the block is larger than {@link
   *     PartitionStore#maxBlockBytes}; nothing has been done, and the writer can go on
   */
  public void append(BlockBuilder block) {
    requireOpen();
    int length = block.encodedLength();
    long needed = limits.cost(length);
    if (needed > limits.largestBlock()) {
      throw StoreException.tooLarge(
          block.count(),
          length,
          store.config().partition(),
          store.place(),
          store.maxBlockBytes(),
          store.config().maxBytes());
    }
    phase = Phase.FAILED;
    String action = "append " + block.count() + " messages to";
    if (liveBytes + needed > limits.capacity()) {
      capacity.full(liveBytes + needed - begun.liveBytes());
      throw full(action, null);
    }
    try {
      environment.blocks().append(txn, next, block, length);
    } catch (MapFullException e) {
      // Pages are free, but not enough consecutive ones.
      capacity.fragmented(liveBytes + needed - begun.liveBytes());
      throw full(action, e);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, action, store.place());
    }
    next += block.count();
    liveBytes += needed;
    phase = Phase.OPEN;
  }

  /** Applies {@code changes} of the ids in flight, in their order. */
  public void apply(InFlightChanges changes) {
    requireOpen();
    environment.inFlight().apply(changes);
  }

  /**
   * Drops blocks that lie wholly below {@code before} and were durable when the write began. Raises
   * the earliest offset to that of the first block that remains.
   *
   * <p>The work of one call is bounded: it stops when about 64 MiB have been dropped. Later calls
   * drop the rest.
   *
   * @return how many messages were dropped; 0 when there is nothing left to drop
   * @throws StoreException.Full when even a deletion finds no room, because the snapshots of
   *     readers keep too many trimmed pages; a later call succeeds when the readers have moved on
   */
  public long trim(long before) {
    requireOpen();
    long until = Math.min(before, begun.next());
    if (until <= earliest) {
      return 0;
    }
    phase = Phase.FAILED;
    try {
      Trimmed trimmed =
          environment.blocks().trim(txn, new LogExtent(earliest, next), until, TRIM_BYTES, limits);
      long messages = trimmed.earliest() - earliest;
      earliest = trimmed.earliest();
      liveBytes -= trimmed.bytes();
      FaultPoint.TRIMMED.reached();
      phase = Phase.OPEN;
      return messages;
    } catch (MapFullException e) {
      throw full("trim", e);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "trim", store.place());
    }
  }

  /**
   * Keeps a packet that cannot be understood as a dead letter: its first 64 KiB. A store keeps its
   * newest 1,000 dead letters, and fewer where they are large. See {@link
   * PartitionStore#deadLetters}.
   *
   * @param packet from its position to its limit, both left as they are
   * @param reason what is wrong with it
   * @return its number within the store
   */
  public long addDeadLetter(ByteBuffer packet, String reason) {
    requireOpen();
    phase = Phase.FAILED;
    try {
      long number = environment.deadLetters().add(txn, packet, reason, limits);
      mustWrite = true;
      phase = Phase.OPEN;
      return number;
    } catch (MapFullException e) {
      throw full("add a dead letter to", e);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "add a dead letter to", store.place());
    }
  }

  /** Makes the commit write even if nothing has changed. */
  void touch() {
    mustWrite = true;
  }

  /** Moves everything that is not a block to the first free pages. */
  void gather() {
    requireOpen();
    phase = Phase.FAILED;
    try {
      environment.deadLetters().rewriteAll(txn);
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "write to", store.place());
    }
    environment.inFlight().rewriteAll();
    mustWrite = true;
    phase = Phase.OPEN;
  }

  /**
   * Makes everything durable, and then shows it in {@link PartitionStore#extent}. Does not touch
   * the disk if there is nothing to write.
   *
   * @throws StoreException.Full when there is no room
   * @throws StoreException.Unusable when the disk fails or has no room
   * @throws StoreException.Damaged when the file was removed or replaced
   */
  public void commit() {
    requireOpen();
    phase = Phase.FAILED;
    StoreState state = begun.withContent(earliest, next, liveBytes);
    InFlightTable inFlight = environment.inFlight();
    if (state.equals(begun) && !mustWrite && !inFlight.isDirty()) {
      phase = Phase.COMMITTED;
      return;
    }
    try {
      long id = txn.getId();
      inFlight.write(txn);
      environment.state().write(txn, state);
      FaultPoint.COMMITTING.reached();
      txn.commit();
      FaultPoint.COMMITTED.reached();
      environment.requireInPlace();
      store.commitSucceeded();
      inFlight.committed();
      store.publish(state, id);
      mustSettle = earliest > begun.earliest() && environment.usedBytes() > limits.settleBytes();
      phase = Phase.COMMITTED;
    } catch (MapFullException e) {
      capacity.fragmented(limits.pageSize());
      throw full("commit %d messages to".formatted(next - begun.next()), e);
    } catch (DamagedException e) {
      // The commit has succeeded, but in a file that is not in its place any more.
      throw LmdbErrors.translate(e, "write to", store.place());
    } catch (LmdbException e) {
      store.commitFailed();
      throw LmdbErrors.translate(e, "write to", store.place());
    }
  }

  /** Ends the write, and drops what is not committed. Closing twice is fine. */
  @Override
  public void close() {
    if (phase == Phase.CLOSED) {
      return;
    }
    phase = Phase.CLOSED;
    store.end(environment, txn);
    store.tidy(mustSettle);
  }

  private StoreException full(String action, @Nullable MapFullException cause) {
    StoreConfig config = store.config();
    return StoreException.full(action, config.partition(), store.place(), config.maxBytes(), cause);
  }

  private void requireOpen() {
    if (phase != Phase.OPEN) {
      throw new IllegalStateException(
          "writer of store %s is %s: close it and begin another".formatted(store.place(), phase));
    }
  }
}
