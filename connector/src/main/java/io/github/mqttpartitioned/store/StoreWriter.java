// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.LogExtent;
import io.github.mqttpartitioned.mqtt.InFlightChanges;
import io.github.mqttpartitioned.store.lmdb.BlockTable.Trimmed;
import io.github.mqttpartitioned.store.lmdb.InFlightTable;
import io.github.mqttpartitioned.store.lmdb.LmdbErrors;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Env.MapFullException;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * One write transaction: what it does becomes durable together, by {@link #commit}, or not at all.
 * After an exception other than {@link StoreException.TooLarge} nothing is left to do but {@link
 * #close}. Confined to the writer thread.
 */
public final class StoreWriter implements AutoCloseable {

  /** A call of {@link #trim} stops once it has dropped blocks of this many bytes. */
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
  private final StoreCapacity room;
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
    this.room = store.room();
    this.limits = room.limits();
    this.earliest = begun.earliest();
    this.next = begun.next();
    this.liveBytes = begun.liveBytes();
  }

  /**
   * Appends the messages of {@code block}, one or more; they get the next offsets.
   *
   * @throws StoreException.Full when there is no room
   * @throws StoreException.TooLarge when the block is larger than {@link
   *     PartitionStore#maxBlockBytes}; nothing has been done and the writer can go on
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
      room.full(liveBytes + needed - begun.liveBytes());
      throw full(action, null);
    }
    try {
      environment.blocks().append(txn, next, block, length);
    } catch (MapFullException e) {
      // Pages are free, but not enough of them side by side.
      room.scattered(liveBytes + needed - begun.liveBytes());
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
   * Drops blocks that lie wholly below {@code before} and were durable when the write began, and
   * raises the earliest offset to that of the first block kept.
   *
   * <p>The work of one call is bounded: it stops once about 64 MiB have been dropped. What is left
   * goes with later calls.
   *
   * @return how many messages were dropped; 0 when there is nothing left to drop
   * @throws StoreException.Full when not even deleting finds room, because readers keep too many
   *     trimmed pages; goes away when they move on
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

  /** Makes the commit write, though nothing has changed. */
  void touch() {
    mustWrite = true;
  }

  /** Moves all that is not a block to the first free pages. */
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
   * Makes everything durable; only then it shows in {@link PartitionStore#extent}. Does not touch
   * the disk when there is nothing to write.
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
      room.scattered(limits.pageSize());
      throw full("commit " + (next - begun.next()) + " messages to", e);
    } catch (LmdbException e) {
      store.commitFailed();
      throw LmdbErrors.translate(e, "write to", store.place());
    }
  }

  /** Ends the write; what has not been committed has never been. Closing twice is fine. */
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
          "writer of store " + store.place() + " is " + phase + ": close it and begin another");
    }
  }
}
