// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sessions;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SESSIONS_NOT_ENDED;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SOURCE_ALREADY_RUNNING;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORES_LEFT;
import static java.util.Objects.requireNonNull;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.mqtt.ConnectionSettings;
import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.mqtt.credentials.ClientCredentials;
import io.github.mqttpartitioned.mqtt.credentials.CredentialsException;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.receiver.SessionEnd;
import io.github.mqttpartitioned.spark.batch.StoredSource;
import io.github.mqttpartitioned.spark.checkpoint.CheckpointLock;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import io.github.mqttpartitioned.spark.executor.HostDirectories;
import io.github.mqttpartitioned.spark.executor.HostDirectories.Removal;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.stream.LiveSources;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source whose checkpoint is given up. Its query does not run. */
public final class GivenUpSource {

  private static final Logger LOG = LoggerFactory.getLogger(GivenUpSource.class);
  private static final int AT_ONCE = 16;

  private final StoredSource source;
  private final SourceIdentity identity;
  private final SourceOptions options;

  /**
   * The only source in a checkpoint, or the one that {@code sourceName} names.
   *
   * @param given options of the source that say how to connect; the checkpoint knows the others
   * @throws RuntimeException if there is none, or if an option is wrong
   */
  public static GivenUpSource of(String checkpointLocation, Map<String, String> given) {
    Configuration hadoop = SparkHost.current(ClusterTimeouts.MOVE).hadoop();
    Map<String, String> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    options.putAll(given);
    Optional<String> name = Optional.ofNullable(options.remove("sourceName"));
    return new GivenUpSource(StoredSource.of(checkpointLocation, name, hadoop), options);
  }

  private GivenUpSource(StoredSource source, Map<String, String> given) {
    this.source = source;
    this.identity = source.identity();
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.put("brokerUrl", joined(identity.brokers().stream().map(BrokerUrl::toString).toList()));
    all.put("topics", joined(identity.topics().stream().map(TopicFilter::toString).toList()));
    all.put("partitions", String.valueOf(identity.partitions()));
    all.putAll(given);
    this.options = SourceOptions.parse(all);
  }

  private static String joined(List<String> values) {
    return values.stream()
        .map(value -> '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
        .collect(Collectors.joining(",", "[", "]"));
  }

  /**
   * Ends the sessions of all members at the brokers, and removes the stores: what they hold and
   * what the brokers hold for them is lost. The stores stay if a session cannot be ended, so that
   * the call can be repeated.
   *
   * @return how many sessions there were
   * @throws IllegalStateException if the query runs, if a session cannot be ended, or if stores
   *     remain on hosts that this application cannot reach
   */
  public int end() throws InterruptedException {
    if (LiveSources.find(identity.sourceId()).isPresent()) {
      throw new IllegalStateException(
          MQTT_SOURCE_ALREADY_RUNNING.message(
              "The query with checkpoint %s runs in this application. Stop it first."
                  .formatted(source.checkpoint())));
    }
    Optional<CheckpointLock> lock = source.checkpoint().lock();
    try {
      int ended = endSessions();
      LOG.info("Source {} is given up: {} sessions have ended", identity.sourceId(), ended);
      removeStores();
      return ended;
    } finally {
      lock.ifPresent(CheckpointLock::close);
    }
  }

  private void removeStores() {
    String directory = source.storeDir().toString();
    Removal removal = HostDirectories.remove(directory);
    LOG.info("Stores {} are removed from {}: {}", directory, removal.hosts(), removal.names());
    Set<String> left =
        source.assignments().partitions().stream()
            .filter(PartitionAssignment::isAssigned)
            .filter(store -> !removal.names().contains(store.directoryName()))
            .map(PartitionAssignment::host)
            .filter(host -> !removal.hosts().contains(host))
            .collect(Collectors.toCollection(TreeSet::new));
    if (identity.storeDir() != null && !left.isEmpty()) {
      throw new IllegalStateException(
          MQTT_STORES_LEFT.message(
              """
              The sessions have ended, but stores may be left on hosts %s, where this \
              application has no executor. Repeat the call with executors there, or remove \
              directory %s on these hosts: then nothing of the source is left."""
                  .formatted(left, directory)));
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "mqtt-session-end");
    thread.setDaemon(true);
    return thread;
  }

  private int endSessions() throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE, GivenUpSource::thread);
    try {
      List<Future<Boolean>> sessions =
          IntStream.range(0, source.partitions())
              .mapToObj(partition -> threads.submit(() -> endSession(partition)))
              .toList();
      int ended = 0;
      List<String> problems = new ArrayList<>();
      for (Future<Boolean> session : sessions) {
        try {
          ended += session.get() ? 1 : 0;
        } catch (ExecutionException e) {
          problems.add(String.valueOf(requireNonNull(e.getCause()).getMessage()));
        }
      }
      if (!problems.isEmpty()) {
        throw new IllegalStateException(
            MQTT_SESSIONS_NOT_ENDED.message(
                """
                %d of %d sessions cannot be ended. Their stores stay. Repeat the call when the \
                broker can be reached, with the options that the query connects with:
                - %s"""
                    .formatted(problems.size(), sessions.size(), String.join("\n- ", problems))));
      }
      return ended;
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean endSession(int partition)
      throws IOException, CredentialsException, InterruptedException {
    EntryPoints entryPoints = options.brokerMode().entryPoints(partition, brokers());
    while (true) {
      try {
        return endSession(partition, entryPoints.current());
      } catch (IOException e) {
        if (!entryPoints.next()) {
          throw e;
        }
      }
    }
  }

  /** The checkpoint's brokers; with the query that is given now, which may hold a token. */
  private List<BrokerUrl> brokers() {
    return identity.brokers().stream()
        .map(
            kept ->
                options.brokers().stream()
                    .filter(given -> given.withoutQuery().equals(kept))
                    .findFirst()
                    .orElse(kept))
        .toList();
  }

  private boolean endSession(int partition, BrokerUrl broker)
      throws IOException, CredentialsException, InterruptedException {
    String clientId = identity.clientIdPrefix() + "-" + partition;
    ClientCredentials credentials =
        new ClientCredentials(options.credentials(), broker, clientId, options.connectTimeout());
    return SessionEnd.of(
        login ->
            new ConnectionSettings(
                broker,
                clientId,
                login,
                options.tls(),
                options.webSocketHeaders(),
                options.keepAlive(),
                options.connectTimeout(),
                options.sessionExpiry(),
                options.receiveMaximum()),
        credentials,
        credentials.await());
  }
}
