// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_INCOMPATIBLE;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a query is tied to from its first start on, because messages that it has received depend on
 * it: the broker finds sessions by client id, the source finds stores by source id and directory,
 * and Spark finds offsets by partition. {@link SourceCheckpoint} keeps it.
 *
 * <p>Partitions are never given up. When N is lowered, the partitions above it are retired: what
 * the broker holds for their members is received, their stores are read to the end, and their
 * offsets stay. When N is raised again, they are the first to come back.
 *
 * @param sourceId 32 hexadecimal digits, chosen at the first start
 * @param partitions N, 1 or more
 * @param retired number of retired partitions; they follow the first N
 * @param begun the members of the partitions below this number have been connected, so messages may
 *     have been received
 * @param group share name
 * @param clientIdPrefix prefix of each member's client id; the number of the partition follows
 * @param brokers in the order given, without their queries: partition p belongs to broker p mod
 *     count
 * @param topics filters
 * @param formerFilters {@code $share/<group>/<filter>} that a session may still be subscribed to,
 *     but should not be
 * @param ackMode the mode in which every message was received that is not yet processed; {@link
 *     AckMode#STORED} if some of them were received in that mode
 * @param storeDir as given, made absolute; null if the stores lie in the checkpoint
 */
public record SourceIdentity(
    String sourceId,
    int partitions,
    int retired,
    int begun,
    String group,
    String clientIdPrefix,
    List<BrokerUrl> brokers,
    List<TopicFilter> topics,
    List<String> formerFilters,
    AckMode ackMode,
    @Nullable String storeDir) {

  private static final int DERIVED_DIGITS = 8;
  private static final Pattern SOURCE_ID = Pattern.compile("[0-9a-f]{32}");

  /**
   * @throws IllegalArgumentException if the values cannot be those of a source
   */
  public SourceIdentity {
    brokers = withoutQueries(brokers);
    topics = List.copyOf(topics);
    formerFilters = List.copyOf(formerFilters);
    if (!SOURCE_ID.matcher(sourceId).matches()
        || partitions < 1
        || retired < 0
        || begun < 0
        || begun > partitions + retired
        || brokers.isEmpty()
        || topics.isEmpty()) {
      throw new IllegalArgumentException(
          """
          not an identity: source id '%s', %d partitions, %d retired, %d begun, \
          brokers %s, topics %s"""
              .formatted(sourceId, partitions, retired, begun, brokers, topics));
    }
  }

  /** Each broker of its own needs a partition to be read. */
  private static int least(SourceOptions options) {
    return options.brokerMode() == BrokerMode.CLUSTER ? 1 : options.brokers().size();
  }

  /** A source id that no other source has. */
  public static String newSourceId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /**
   * The identity of a query that starts for the first time.
   *
   * <p>Client ids outlive a checkpoint that is deleted: with a {@code group}, which outlives it,
   * too, they are derived from the checkpoint's place. So a query that starts anew in the same
   * place resumes its sessions, and takes what the broker holds for them. In the same way, a {@code
   * group} that is not given is derived from client ids that are: a session that is resumed with
   * another group would get each message twice.
   *
   * @param place of the checkpoint, so that no other one has it
   * @param parallelism that Spark offers
   */
  public static SourceIdentity first(
      String sourceId, String place, SourceOptions options, int parallelism) {
    String derived = derived(sourceId);
    String derivedPrefix =
        options.group().map(group -> "mqp-" + digits(group + " at " + place)).orElse(derived);
    return new SourceIdentity(
        sourceId,
        options.partitions().orElse(Math.max(parallelism, least(options))),
        0,
        0,
        options
            .group()
            .or(() -> options.clientIdPrefix().map(SourceIdentity::groupOf))
            .orElse(derived),
        options.clientIdPrefix().orElse(derivedPrefix),
        options.brokers(),
        options.topics(),
        List.of(),
        options.ackMode(),
        givenStoreDir(options).orElse(null));
  }

  private static String derived(String sourceId) {
    return "mqp-" + sourceId.substring(0, DERIVED_DIGITS);
  }

  private static String groupOf(String clientIdPrefix) {
    return "mqp-" + digits("clients " + clientIdPrefix);
  }

  private static String digits(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DERIVED_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has SHA-256", e);
    }
  }

  /**
   * The identity of a query that starts again. An option that is not given keeps its value. As long
   * as no member has been connected, no message depends on group, client ids and brokers: a query
   * that could not start can be corrected in them.
   *
   * @param place of the checkpoint, for errors
   * @throws IllegalArgumentException naming each option that was given and must not change
   */
  public SourceIdentity again(SourceOptions options, String place) {
    boolean correctable = begun == 0;
    int given =
        options
            .partitions()
            .orElse(correctable ? Math.max(partitions, least(options)) : partitions);
    String givenGroup = options.group().or(() -> correctedGroup(options)).orElse(group);
    SourceIdentity next =
        new SourceIdentity(
            sourceId,
            given,
            Math.max(allPartitions(), given) - given,
            begun,
            givenGroup,
            options.clientIdPrefix().orElse(clientIdPrefix),
            options.brokers(),
            options.topics(),
            former(shared(options.topics(), givenGroup)),
            options.ackMode() == AckMode.STORED ? AckMode.STORED : ackMode,
            givenStoreDir(options).orElse(storeDir));
    List<String> changes = new ArrayList<>();
    boolean isMoved = !correctable && !brokers.equals(next.brokers) && !isSame(options);
    if (!correctable) {
      note(changes, "group", group, next.group);
      note(changes, "clientIdPrefix", clientIdPrefix, next.clientIdPrefix);
      if (isMoved) {
        note(changes, "brokerUrl", join(brokers), join(next.brokers));
      }
    }
    note(changes, "storeDir", shown(storeDir), shown(next.storeDir));
    if (!changes.isEmpty()) {
      throw new IllegalArgumentException(
          MQTT_CHECKPOINT_INCOMPATIBLE.message(
              """
              Cannot continue from checkpoint %s with other options than those of its first start:
              - %s
              Messages that were received already, and messages that the brokers hold for this \
              query, depend on these options. Give each of them its former value; all but \
              brokerUrl can also be left out. To use the new values, start a new query with \
              another checkpointLocation.%s"""
                  .formatted(
                      place,
                      String.join("\n- ", changes),
                      isMoved
                          ? """
                           If the brokers are the same and only their names, ports or \
                          transports have changed, give formerBrokerUrl=%s, too."""
                              .formatted(join(brokers))
                          : "")));
    }
    return next;
  }

  /** A group that was derived follows client ids that are corrected. */
  private Optional<String> correctedGroup(SourceOptions options) {
    boolean isDerived = group.equals(derived(sourceId)) || group.equals(groupOf(clientIdPrefix));
    return begun == 0 && isDerived
        ? options.clientIdPrefix().map(SourceIdentity::groupOf)
        : Optional.empty();
  }

  /**
   * Whether the URLs given lead to the brokers that have the sessions: they are entry points of the
   * same cluster, or the user says so.
   */
  private boolean isSame(SourceOptions options) {
    List<BrokerUrl> given = withoutQueries(options.brokers());
    boolean isCluster = options.brokerMode() == BrokerMode.CLUSTER;
    boolean isSaid =
        options
            .formerBrokers()
            .filter(former -> withoutQueries(former).equals(brokers))
            .isPresent();
    return (isCluster && !Collections.disjoint(given, brokers))
        || (isSaid && (isCluster || given.size() == brokers.size()));
  }

  /** A query may hold a secret, and may be another one at each start. */
  private static List<BrokerUrl> withoutQueries(List<BrokerUrl> brokers) {
    return brokers.stream().map(BrokerUrl::withoutQuery).toList();
  }

  /** The filters subscribed to so far that are not among {@code wanted}. */
  private List<String> former(List<String> wanted) {
    Set<String> former = new LinkedHashSet<>(formerFilters);
    former.addAll(shared(topics, group));
    wanted.forEach(former::remove);
    return List.copyOf(former);
  }

  private static List<String> shared(List<TopicFilter> topics, String group) {
    return topics.stream().map(topic -> topic.shared(group)).toList();
  }

  private static void note(List<String> changes, String option, String former, String given) {
    if (!former.equals(given)) {
      changes.add("%s was %s, given is %s".formatted(option, former, given));
    }
  }

  private static String shown(@Nullable String storeDir) {
    return storeDir == null ? "not given (the stores lie in the checkpoint)" : storeDir;
  }

  private static Optional<String> givenStoreDir(SourceOptions options) {
    return options.storeDir().map(dir -> Path.of(dir).toAbsolutePath().normalize().toString());
  }

  private static String join(List<?> values) {
    return String.join(",", values.stream().map(Object::toString).toList());
  }

  /** All partitions, retired ones included: the number of stores. */
  public int allPartitions() {
    return partitions + retired;
  }

  /**
   * The identity after the members have been connected.
   *
   * @param unsubscribed whether all of them have ended the subscriptions to the former filters
   */
  public SourceIdentity connected(boolean unsubscribed) {
    return with(allPartitions(), unsubscribed ? List.of() : formerFilters, ackMode);
  }

  /** The identity from the time on when no message is acknowledged that is not yet processed. */
  public SourceIdentity processing() {
    return with(begun, formerFilters, AckMode.PROCESSED);
  }

  private SourceIdentity with(int nowBegun, List<String> filters, AckMode mode) {
    return new SourceIdentity(
        sourceId,
        partitions,
        retired,
        nowBegun,
        group,
        clientIdPrefix,
        brokers,
        topics,
        filters,
        mode,
        storeDir);
  }
}
