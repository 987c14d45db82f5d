// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.mqtt.Secret;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.SourceSettings;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a query's options mean together with its checkpoint and the application that it runs in.
 * Nothing is started yet.
 */
record ResolvedSource(
    SourceSettings settings, SourceIdentity identity, SourceCheckpoint checkpoint, SparkHost host) {

  private static final Logger LOG = LoggerFactory.getLogger(ResolvedSource.class);

  /**
   * Reads the checkpoint, or writes it when the query starts for the first time.
   *
   * @throws RuntimeException saying what to mend, when options and checkpoint contradict each other
   */
  static ResolvedSource of(SourceOptions options, String checkpointLocation, SparkHost host) {
    SourceCheckpoint checkpoint = new SourceCheckpoint(checkpointLocation, host.hadoop());
    Optional<SourceIdentity> kept = checkpoint.read();
    SourceIdentity identity =
        kept.map(old -> old.again(options, checkpoint.toString()))
            .orElseGet(
                () ->
                    SourceIdentity.first(
                        SourceIdentity.newSourceId(), options, host.parallelism()));
    SourceSettings settings = settings(identity, options, storeDir(identity, checkpoint, host));
    if (!kept.equals(Optional.of(identity))) {
      checkpoint.write(identity);
    }
    LOG.info(
        "Source {} {}: {} partitions{} over {}, group {}, client ids {}-<partition>, topics {},"
            + " stores in {}",
        settings.sourceId(),
        identity.begun() > 0 ? "goes on" : "starts for the first time",
        identity.partitions(),
        identity.retired() > 0 ? " and " + identity.retired() + " retired ones" : "",
        settings.brokers(),
        settings.group(),
        settings.clientIdPrefix(),
        settings.topics(),
        settings.storeDir());
    return new ResolvedSource(settings, identity, checkpoint, host);
  }

  /** The directory that holds this source's stores alone. */
  private static Path storeDir(
      SourceIdentity identity, SourceCheckpoint checkpoint, SparkHost host) {
    if (identity.storeDir() != null) {
      // Two queries may have been given the same directory.
      return Path.of(identity.storeDir(), identity.sourceId());
    }
    if (!host.otherHosts().isEmpty()) {
      throw new IllegalArgumentException(
          "Option storeDir is required: executors run on other hosts than the driver ("
              + String.join(", ", host.otherHosts())
              + "), so the stores cannot lie within the checkpoint. Give a directory on a durable"
              + " disk of each host that runs executors");
    }
    return checkpoint
        .localStores()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Option storeDir is required: the checkpoint "
                        + checkpoint
                        + " is not on a local disk, so the stores cannot lie within it. Give a"
                        + " directory on a durable disk of each host that runs executors"));
  }

  private static SourceSettings settings(
      SourceIdentity identity, SourceOptions options, Path storeDir) {
    String username = options.username().orElse(null);
    Secret password = options.password().orElse(null);
    return new SourceSettings(
        identity.sourceId(),
        identity.allPartitions(),
        identity.brokers(),
        identity.topics(),
        identity.group(),
        identity.clientIdPrefix(),
        options.qos(),
        username,
        password,
        options.tls(),
        options.keepAlive(),
        options.connectTimeout(),
        options.sessionExpiry(),
        options.receiveMaximum(),
        storeDir.toString(),
        options.storeMaxBytes(),
        options.deadLetterDir().orElse(null),
        options.ackMode(),
        options.drainTimeout(),
        identity.partitions(),
        identity.formerFilters());
  }
}
