// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.block.CorruptBlockException;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.store.lmdb.MetaPages;
import io.github.mqttpartitioned.store.lmdb.StoreEnvironment;
import io.github.mqttpartitioned.store.lmdb.StoreLimits;
import io.github.mqttpartitioned.store.lmdb.StoreState;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store that has just been opened: it is checked and has an epoch of its own.
 *
 * @param directory its real path, claimed in {@link OpenStores}
 * @param environment of which the caller is the only user so far
 * @param state with the new epoch
 * @param transaction id of the transaction that wrote the state
 */
record StoreOpening(
    Path directory, StoreEnvironment environment, StoreState state, long transaction) {

  private static final Logger LOG = LoggerFactory.getLogger(StoreOpening.class);

  /** Opens a store or creates it, see {@link PartitionStore#open}. */
  static StoreOpening open(StoreConfig config) {
    Path directory = StoreDirectory.prepare(config.directory());
    OpenStores.claim(
        directory, "partition %d of source %s".formatted(config.partition(), config.sourceId()));
    try {
      boolean isNew = !StoreDirectory.holdsStore(directory);
      if (isNew) {
        StoreDirectory.create(directory, creating -> createIn(creating, config));
      }
      StoreOpening opening = openIn(directory, config);
      LOG.info(
          "Partition {} has {} store {}: offsets {}, epoch {}, {} in use of {}",
          config.partition(),
          isNew ? "created" : "opened",
          directory,
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

  /** Opens the environment again, without a new epoch. */
  static StoreEnvironment reopen(Path directory, StoreConfig config) {
    StoreEnvironment environment = openEnvironment(directory, config);
    try (Txn<ByteBuffer> txn = environment.beginRead()) {
      environment.inFlight().load(txn);
      return environment;
    } catch (LmdbException e) {
      environment.closeDamaged();
      throw LmdbErrors.translate(e, "open", directory.toString());
    }
  }

  private static StoreEnvironment openEnvironment(Path directory, StoreConfig config) {
    try {
      return StoreEnvironment.open(directory, StoreLimits.mapBytes(config.maxBytes()));
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "open", directory.toString());
    } catch (LinkageError e) {
      throw StoreException.libraryMissing(directory.toString(), e);
    }
  }

  private static void createIn(Path directory, StoreConfig config) {
    StoreEnvironment environment = openEnvironment(directory, config);
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
    checkMetaPages(directory);
    StoreEnvironment environment = openEnvironment(directory, config);
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

  private static void checkMetaPages(Path directory) {
    try {
      MetaPages.check(directory, () -> StoreDirectory.hasFailedCommit(directory));
    } catch (LmdbException e) {
      throw LmdbErrors.translate(e, "open", directory.toString());
    }
  }

  private static StoreOpening takeEpoch(
      Path directory, StoreEnvironment environment, StoreConfig config) {
    String place = directory.toString();
    FaultPoint.OPENED.reached();
    try (Txn<ByteBuffer> txn = environment.beginWrite()) {
      StoreState found = environment.state().read(txn);
      if (!found.sourceId().equals(config.sourceId()) || found.partition() != config.partition()) {
        throw StoreException.foreign(config.sourceId(), config.partition(), place, found);
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

  /** Reads every block, because the pages that the file lacked may have been those of a block. */
  private static void verifyAll(String place, StoreEnvironment environment, StoreState state) {
    if (!environment.retain()) {
      throw new AssertionError("closed while it is opened");
    }
    try (StoreCursor cursor =
        new StoreCursor(
            environment,
            place,
            state.partition(),
            new OffsetRange(state.earliest(), state.next()),
            Duration.ZERO)) {
      for (Block block = cursor.next(); block != null; block = cursor.next()) {
        block.verify();
      }
    } catch (CorruptBlockException e) {
      throw StoreException.damaged(place, "its file is shorter than it was", e);
    }
  }
}
