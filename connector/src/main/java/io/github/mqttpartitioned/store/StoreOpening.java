// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.lmdb.LmdbErrors;
import io.github.mqttpartitioned.store.lmdb.MetaPages;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store just opened: checked, and with an epoch of its own.
 *
 * @param directory its real path, taken in {@link OpenStores}
 * @param environment used by the caller alone so far
 * @param state with the new epoch
 * @param transaction that wrote the state
 */
record StoreOpening(
    Path directory, StoreEnvironment environment, StoreState state, long transaction) {

  private static final Logger LOG = LoggerFactory.getLogger(StoreOpening.class);

  /** Opens a store or creates it, see {@link PartitionStore#open}. */
  static StoreOpening open(StoreConfig config) {
    Path directory = StoreDirectory.prepare(config.directory());
    OpenStores.claim(
        directory, "partition " + config.partition() + " of source " + config.sourceId());
    try {
      boolean isNew = !StoreDirectory.holdsStore(directory);
      if (isNew) {
        StoreDirectory.create(directory, creating -> createIn(creating, config));
      }
      StoreOpening opening = openIn(directory, config);
      LOG.info(
          "{} store {} of partition {}: offsets {}, epoch {}, {} in use of {}",
          isNew ? "Created" : "Opened",
          directory,
          config.partition(),
          opening.state.extent(),
          opening.state.epoch(),
          StoreException.bytes(opening.state.liveBytes()),
          StoreException.bytes(config.maxBytes()));
      return opening;
    } catch (RuntimeException | Error e) {
      OpenStores.release(directory);
      throw e;
    }
  }

  /** Opens only the environment again, as the same holder with the same epoch. */
  static StoreEnvironment reopen(Path directory, StoreConfig config) {
    StoreEnvironment environment =
        StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
    try (Txn<ByteBuffer> txn = environment.beginRead()) {
      environment.inFlight().load(txn);
      return environment;
    } catch (LmdbException e) {
      environment.closeDamaged();
      throw LmdbErrors.translate(e, "open", directory.toString());
    } catch (StoreException e) {
      environment.closeDamaged();
      throw e;
    }
  }

  private static void createIn(Path directory, StoreConfig config) {
    StoreEnvironment environment =
        StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
    try (Txn<ByteBuffer> txn = environment.beginWrite()) {
      long first = config.firstOffset();
      environment
          .state()
          .write(
              txn,
              new StoreState(config.sourceId(), config.partition(), 0, first, first, 0, first, 0));
      txn.commit();
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "create", directory.toString());
    } finally {
      environment.close(() -> {});
    }
  }

  private static StoreOpening openIn(Path directory, StoreConfig config) {
    MetaPages.check(directory);
    StoreEnvironment environment =
        StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
    try {
      StoreOpening opening = takeEpoch(directory, environment, config);
      StoreDirectory.forgetFailedCommit(directory);
      return opening;
    } catch (LmdbException e) {
      environment.closeDamaged();
      throw LmdbErrors.translate(e, "open", directory.toString());
    } catch (RuntimeException | Error e) {
      environment.closeDamaged();
      throw e;
    }
  }

  private static StoreOpening takeEpoch(
      Path directory, StoreEnvironment environment, StoreConfig config) {
    String place = directory.toString();
    FaultPoint.OPENED.reached();
    try (Txn<ByteBuffer> txn = environment.beginWrite()) {
      StoreState found = environment.state().read(txn);
      if (!found.sourceId().equals(config.sourceId()) || found.partition() != config.partition()) {
        throw StoreException.foreign(config, place, found);
      }
      if (found.next() < config.firstOffset()) {
        throw StoreException.outdated(config, place, found);
      }
      if (environment.lengthened()) {
        verifyAll(place, environment, found);
      }
      environment.inFlight().load(txn);
      StoreState taken = found.withEpoch(found.epoch() + 1);
      environment.state().write(txn, taken);
      long transaction = txn.getId();
      commit(directory, txn);
      return new StoreOpening(directory, environment, taken, transaction);
    }
  }

  private static void commit(Path directory, Txn<ByteBuffer> txn) {
    try {
      txn.commit();
    } catch (LmdbException e) {
      StoreDirectory.noteFailedCommit(directory);
      throw e;
    }
  }

  /** Reads every block, because pages that the file lacked may have been one's. */
  private static void verifyAll(String place, StoreEnvironment environment, StoreState state) {
    if (!environment.retain()) {
      throw new AssertionError("closed while it is opened");
    }
    try (StoreCursor cursor =
        new StoreCursor(
            environment,
            place,
            state.partition(),
            new OffsetRange(state.earliest(), state.next()))) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        block.verify();
      }
    } catch (CorruptBlockException e) {
      throw StoreException.damaged(place, "its file is shorter than it was", e);
    }
  }
}
