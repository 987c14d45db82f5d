// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CLIENT_IDS_IN_USE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SOURCE_ALREADY_RUNNING;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import io.github.mqttpartitioned.spark.checkpoint.CheckpointLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one query to run a source and to write its checkpoint. Within this application it is
 * a list. Other applications of this host are kept out by a {@link CheckpointLock}, and those of
 * other hosts by the stores, which fence an earlier holder.
 *
 * <p>Thread-safe.
 */
final class SourceClaim implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SourceClaim.class);

  /** The sources that run in this application. Guards itself. */
  private static final List<SourceClaim> CLAIMED = new ArrayList<>();

  private final SourceSettings settings;
  private final String checkpoint;
  private final Optional<CheckpointLock> lock;

  private SourceClaim(SourceSettings settings, String checkpoint, Optional<CheckpointLock> lock) {
    this.settings = settings;
    this.checkpoint = checkpoint;
    this.lock = lock;
  }

  /**
   * Claims a source until {@link #close}, by its id and by its checkpoint: two queries that start
   * for the first time have no id in common yet, and a copy of a checkpoint has the same id.
   *
   * @throws IllegalStateException if another query has the claim, or has the same client ids
   */
  static SourceClaim take(ResolvedSource source) {
    SourceSettings settings = source.settings();
    String checkpoint = source.checkpoint().place().toString();
    synchronized (CLAIMED) {
      for (SourceClaim other : CLAIMED) {
        other.check(settings, checkpoint);
      }
      SourceClaim claim = new SourceClaim(settings, checkpoint, source.checkpoint().lock());
      CLAIMED.forEach(other -> other.warn(settings));
      CLAIMED.add(claim);
      return claim;
    }
  }

  /** Whether a query of this application has the claim of a source. */
  static boolean isTaken(String sourceId) {
    synchronized (CLAIMED) {
      return CLAIMED.stream().anyMatch(claim -> claim.settings.sourceId().equals(sourceId));
    }
  }

  private void check(SourceSettings other, String otherCheckpoint) {
    if (settings.sourceId().equals(other.sourceId()) || checkpoint.equals(otherCheckpoint)) {
      throw new IllegalStateException(
          MQTT_SOURCE_ALREADY_RUNNING.message(
              """
              Source %s runs already: checkpoint %s is in use by another query of this \
              application. Stop the other query first."""
                  .formatted(other.sourceId(), otherCheckpoint)));
    }
    if (settings.clientIdPrefix().equals(other.clientIdPrefix()) && sharesBroker(other)) {
      throw new IllegalStateException(
          MQTT_CLIENT_IDS_IN_USE.message(
              """
              The client ids %s-<partition> are in use by another source of this application, with \
              checkpoint %s. A broker allows one connection for each client id: the two would take \
              their sessions from each other again and again. Give each source of each query a \
              clientIdPrefix of its own."""
                  .formatted(other.clientIdPrefix(), checkpoint)));
    }
  }

  private void warn(SourceSettings other) {
    if (settings.group().equals(other.group()) && sharesBroker(other)) {
      LOG.warn(
          """
          Group {} is used by two sources of this application: the one with checkpoint {}, and the \
          one that starts now. The broker gives each message of a topic filter that both have to \
          one of them only. Give each source a group of its own, if each is to get all messages.""",
          other.group(),
          checkpoint);
    }
  }

  private boolean sharesBroker(SourceSettings other) {
    List<BrokerUrl> mine = settings.brokers().stream().map(BrokerUrl::withoutQuery).toList();
    return other.brokers().stream().map(BrokerUrl::withoutQuery).anyMatch(mine::contains);
  }

  /** Gives the claim back. */
  @Override
  public void close() {
    synchronized (CLAIMED) {
      CLAIMED.remove(this);
    }
    lock.ifPresent(CheckpointLock::close);
  }
}
