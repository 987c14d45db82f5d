// SPDX-License-Identifier: Apache-2.0
/**
 * The store: the durable log of one partition in an LMDB environment of its own. Only this package
 * and {@code store.lmdb} know LMDB.
 *
 * <p>An environment has four databases:
 *
 * <pre>
 *   blocks      first offset of a block, 8 bytes big endian → the block
 *   meta        "state" → the epoch that may write, and what the store holds: {@link
 *               io.github.mqttpartitioned.store.lmdb.StoreState}
 *   inflight    2 bytes big endian → fingerprints of 128 packet ids: {@link
 *               io.github.mqttpartitioned.store.lmdb.InFlightTable}
 *   set-aside   running number, 8 bytes big endian → a dead letter
 * </pre>
 *
 * <p><b>Durability.</b> One write transaction is one group commit: messages, ids in flight and
 * state become durable together, with one fsync, or not at all. {@link
 * io.github.mqttpartitioned.store.PartitionStore#extent} shows only what is durable.
 *
 * <p><b>Threads.</b> One thread writes. Any number of threads read, each with a snapshot of its
 * own. A reader takes a new snapshot for each block, because pages that are trimmed after a
 * snapshot cannot be used again while it exists.
 *
 * <p><b>Memory map.</b> Readers see the file's pages where they lie. The writer does not write
 * through the map, so a full disk is an error and not a signal that ends the JVM. Nobody may touch
 * an unmapped page, so the environment closes when its last user has released it.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
