// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SOURCE_ALREADY_RUNNING;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_DIR_REQUIRED;

import io.github.mqttpartitioned.mqtt.topic.TopicFilters;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.SessionPolicy;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceColumns;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.read.LossPolicy;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a query's options mean together with its checkpoint and with the application that it runs
 * in. Nothing is started or written yet.
 *
 * @param identity with the options taken in
 * @param kept the identity in the checkpoint, null if the query starts for the first time
 */
record ResolvedSource(
    SourceOptions options,
    SourceSettings settings,
    SourceIdentity identity,
    @Nullable SourceIdentity kept,
    SourceCheckpoint checkpoint,
    SparkHost host) {

  private static final Logger LOG = LoggerFactory.getLogger(ResolvedSource.class);

  private static final Duration TEMPORARY_SESSION_EXPIRY = Duration.ofHours(1);

  /**
   * Reads the checkpoint.
   *
   * @throws RuntimeException if options and checkpoint contradict each other, or if the checkpoint
   *     cannot be read; its message says what to do
   */
  static ResolvedSource of(SourceOptions options, String checkpointLocation, SparkHost host) {
    SourceCheckpoint checkpoint = new SourceCheckpoint(checkpointLocation, host.hadoop());
    SourceIdentity kept = checkpoint.read().orElse(null);
    SourceIdentity identity =
        kept == null
            ? SourceIdentity.first(
                SourceIdentity.newSourceId(), checkpoint.uniquePlace(), options, host.parallelism())
            : kept.again(options, checkpoint.toString());
    SourceSettings settings =
        settings(
            identity,
            options,
            checkpoint.isTemporary(),
            storeDir(identity, kept == null, checkpoint, host));
    return new ResolvedSource(options, settings, identity, kept, checkpoint, host);
  }

  /** What the query does about offsets that no store holds any more. */
  LossPolicy lossPolicy() {
    return new LossPolicy(
        options.failOnDataLoss(),
        options.ackMode() == AckMode.PROCESSED && identity.ackMode() == AckMode.PROCESSED);
  }

  /**
   * Writes the identity to the checkpoint, before the first member connects. The caller has the
   * {@link SourceClaim}.
   *
   * @throws IllegalStateException if another query has used the checkpoint since it was read
   */
  void keep() {
    if (!checkpoint.read().equals(Optional.ofNullable(kept))) {
      throw new IllegalStateException(
          MQTT_SOURCE_ALREADY_RUNNING.message(
              """
              Another query has used checkpoint %s while this one was starting. Make sure that \
              one query at a time uses it, and start this one again."""
                  .formatted(checkpoint)));
    }
    LOG.info(
        """
        Source {} {}: {} partitions{} over {}, group {}, client ids {}-<partition>, topics {}, \
        stores in {}""",
        settings.sourceId(),
        identity.begun() > 0 ? "continues" : "starts for the first time",
        identity.partitions(),
        identity.retired() > 0 ? " and " + identity.retired() + " retired ones" : "",
        settings.brokers(),
        settings.group(),
        settings.clientIdPrefix(),
        TopicFilters.shown(settings.topics()),
        settings.storeDir());
    StartWarnings.log(this);
    if (!identity.equals(kept)) {
      checkpoint.write(identity);
    }
    keepColumns();
  }

  /** Says when the query has other columns than at its last start. */
  private void keepColumns() {
    SourceColumns columns = new SourceColumns(MqttColumns.of(options).schema().toDDL());
    Optional<SourceColumns> former = checkpoint.columns();
    if (former.isPresent() && !former.get().equals(columns)) {
      LOG.warn(
          """
          Checkpoint {} had other columns at the query's last start. This is a change of schema: \
          the messages that are stored get the new columns, too, but a state or a sink of the query \
          may not accept them. Columns before: {}. Columns now: {}""",
          checkpoint,
          former.get().ddl(),
          columns.ddl());
    }
    if (!former.equals(Optional.of(columns))) {
      checkpoint.write(columns);
    }
  }

  /** The directory that holds the stores of this source and no others. */
  private static Path storeDir(
      SourceIdentity identity, boolean isNew, SourceCheckpoint checkpoint, SparkHost host) {
    if (identity.storeDir() != null) {
      // Two queries may have been given the same directory.
      return Path.of(identity.storeDir(), identity.sourceId());
    }
    if (!host.otherHosts().isEmpty()) {
      throw storeDirRequired(
          isNew,
          checkpoint,
          "executors run on other hosts than the driver (%s)"
              .formatted(String.join(", ", host.otherHosts())));
    }
    return checkpoint
        .localStores()
        .orElseThrow(
            () -> storeDirRequired(isNew, checkpoint, "the checkpoint is not on a local disk"));
  }

  private static IllegalArgumentException storeDirRequired(
      boolean isNew, SourceCheckpoint checkpoint, String why) {
    String text =
        isNew
            ? """
              Option storeDir is missing, but the stores cannot lie in checkpoint %s: %s. \
              Give a directory on a durable disk of each host that runs executors."""
            : """
              The stores of this query lie in checkpoint %s, since it was first started without \
              storeDir, but they cannot be used there now: %s. Start the query where it ran \
              before, or start a new one with storeDir and another checkpointLocation.""";
    return new IllegalArgumentException(
        MQTT_STORE_DIR_REQUIRED.message(text.formatted(checkpoint, why)));
  }

  /** Nobody resumes the session of a temporary checkpoint, should its end not reach the broker. */
  private static Duration sessionExpiry(SourceOptions options, boolean temporary) {
    return temporary && !options.isSessionExpiryGiven()
        ? TEMPORARY_SESSION_EXPIRY
        : options.sessionExpiry();
  }

  private static SourceSettings settings(
      SourceIdentity identity, SourceOptions options, boolean temporary, Path storeDir) {
    return new SourceSettings(
        identity.sourceId(),
        identity.allPartitions(),
        options.brokers(),
        options.brokerMode(),
        identity.topics(),
        identity.group(),
        identity.clientIdPrefix(),
        options.qos(),
        options.credentials(),
        options.tls(),
        options.webSocketHeaders(),
        options.keepAlive(),
        options.connectTimeout(),
        sessionExpiry(options, temporary),
        options.receiveMaximum(),
        storeDir.toString(),
        options.storeMaxBytes(),
        options.linger(),
        options.deadLetterDir().orElse(null),
        options.ackMode(),
        options.drainTimeout(),
        identity.partitions(),
        identity.formerFilters(),
        new SessionPolicy(options.retainHandling(), identity.begun(), temporary));
  }
}
