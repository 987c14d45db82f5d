// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsPreflight;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.receiver.PartitionStatus.State;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Starts a source: claims it, writes its checkpoint, opens its stores and connects its members.
 *
 * <p>When a step fails, with whatever is thrown, everything before it is undone. The steps catch
 * {@code Throwable}, because Spark's Scala code throws checked exceptions that it does not declare.
 */
final class SourceStart {

  private final ResolvedSource source;
  private final SourceOffset planned;

  private SourceStart(ResolvedSource source, SourceOffset planned) {
    this.source = source;
    this.planned = planned;
  }

  /**
   * Connects all members. On a cluster, when the query has run before, it does not wait for those
   * whose host is away.
   *
   * @param planned the highest offsets that Spark has ever planned
   * @throws RuntimeException if a member cannot connect or a store cannot be used; nothing is left
   *     running then
   */
  static RunningSource run(ResolvedSource source, SourceOffset planned) {
    SourceSettings settings = source.settings();
    CredentialsPreflight.run(
        settings.credentials(),
        settings.broker(0),
        settings.clientId(0),
        settings.connectTimeout());
    SourceClaim claim = SourceClaim.take(source);
    try {
      return new SourceStart(source, planned).claimed(claim);
    } catch (Throwable e) {
      claim.close();
      throw e;
    }
  }

  private RunningSource claimed(SourceClaim claim) {
    source.keep();
    SourceSettings settings = source.settings();
    SourceCheckpoint checkpoint = source.checkpoint();
    PartitionAssignments last =
        checkpoint
            .assignments()
            .orElse(PartitionAssignments.none(settings.partitions()))
            .withPartitions(settings.partitions())
            .nextEpoch();
    checkpoint.write(last);
    StoreDirectories directories = new StoreDirectories(settings.storeDir(), last);
    DataLoss loss = new DataLoss(source.lossPolicy(), directories, settings.partitions());
    SourcePartitions partitions =
        SourcePartitions.open(
            source,
            last,
            assignments -> {
              checkpoint.write(assignments);
              directories.assigned(assignments);
            },
            planned,
            loss,
            recovery());
    return connected(claim, partitions, loss);
  }

  /** Messages that the broker delivers again need not be waited for, unless the user says so. */
  private Duration recovery() {
    SourceOptions options = source.options();
    return source.lossPolicy().redelivered() && !options.isStoreRecoveryTimeoutGiven()
        ? Duration.ZERO
        : options.storeRecoveryTimeout();
  }

  private RunningSource connected(SourceClaim claim, SourcePartitions partitions, DataLoss loss) {
    SourceMeters meters = null;
    try {
      meters =
          SourceMeters.open(
              source.settings(),
              partitions,
              planned,
              loss::offsets,
              source.options().metricsPort());
      SourceIdentity identity = source.identity();
      partitions.connect(identity.begun() == 0);
      // A member whose store is full may not have reached its subscriptions yet.
      SourceIdentity now = identity.connected(partitions.areAllConnected());
      if (!identity.equals(now)) {
        source.checkpoint().write(now);
      }
      return new RunningSource(source, claim, partitions, loss, meters, acks(now, partitions));
    } catch (Throwable e) {
      undo(partitions, meters, e);
      throw e;
    }
  }

  private @Nullable ProcessedAcks acks(SourceIdentity identity, SourcePartitions partitions) {
    return source.settings().ackMode() == AckMode.PROCESSED
        ? new ProcessedAcks(source, identity, partitions, storedAtMost(partitions.lastStored()))
        : null;
  }

  /** What is stored at most: without a limit where a store cannot be read, as its host is away. */
  private static SourceOffset storedAtMost(StoredMessages stored) {
    return SourceOffset.of(
        stored.partitions().stream()
            .mapToLong(
                each -> each.state() == State.WAITING ? Long.MAX_VALUE : each.extent().next())
            .toArray());
  }

  private void undo(SourcePartitions partitions, @Nullable SourceMeters meters, Throwable failure) {
    boolean connected = false;
    try (partitions;
        meters) {
      connected = partitions.isAnyConnected();
    } catch (Throwable e) {
      suppress(failure, e);
    }
    if (connected) {
      noteConnected(failure);
    }
  }

  /**
   * Writes that members have been connected: they may have received messages. The interrupt that
   * stopped the start must not stop this.
   */
  private void noteConnected(Throwable failure) {
    SourceIdentity connected = source.identity().connected(false);
    if (source.identity().equals(connected)) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      source.checkpoint().write(connected);
    } catch (RuntimeException e) {
      suppress(failure, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void suppress(Throwable failure, Throwable another) {
    if (another != failure) {
      failure.addSuppressed(another);
    }
  }
}
