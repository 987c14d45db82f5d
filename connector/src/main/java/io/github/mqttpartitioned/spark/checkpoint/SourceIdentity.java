// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.TopicFilter;
import io.github.mqttpartitioned.option.AckMode;
import io.github.mqttpartitioned.option.SourceOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a query stays tied to from its first start on, because messages already taken over depend on
 * it: sessions at the brokers are found by client id, stores by source id and place, offsets by
 * partition. Kept in the checkpoint, see {@link SourceCheckpoint}.
 *
 * <p>Partitions are never given up. When N is lowered, those behind it are retired: what the broker
 * holds for their members is taken, their stores are read to the end, and their offsets stay. When
 * N is raised again, they are the first to come back.
 *
 * @param sourceId 32 hexadecimal digits, chosen at first start
 * @param partitions N
 * @param retired partitions there are behind the first N
 * @param begun the partitions below have had members that were connected, so that messages may have
 *     been taken over
 * @param group share name
 * @param clientIdPrefix before the partition's number
 * @param brokers in the order given: partition p belongs to broker p mod count
 * @param topics filters
 * @param formerFilters {@code $share/<group>/<filter>} that a session may still be subscribed to,
 *     but shall not be
 * @param ackMode by which everything was received that is not yet processed; {@link AckMode#STORED}
 *     if not all of it was by the other
 * @param storeDir as given, made absolute; null when the stores lie in the checkpoint
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

  static final int VERSION = 1;

  private static final int DERIVED_DIGITS = 8;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  public SourceIdentity {
    brokers = List.copyOf(brokers);
    topics = List.copyOf(topics);
    formerFilters = List.copyOf(formerFilters);
  }

  public static String newSourceId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /**
   * The identity of a query that starts for the first time.
   *
   * @param parallelism that Spark offers
   */
  public static SourceIdentity first(String sourceId, SourceOptions options, int parallelism) {
    String derived = "mqp-" + sourceId.substring(0, DERIVED_DIGITS);
    return new SourceIdentity(
        sourceId,
        options.partitions().orElse(Math.max(parallelism, options.brokers().size())),
        0,
        0,
        options.group().orElse(derived),
        options.clientIdPrefix().orElse(derived),
        options.brokers(),
        options.topics(),
        List.of(),
        options.ackMode(),
        givenStoreDir(options).orElse(null));
  }

  /**
   * The identity of a query that starts again. Options left out stay as they were. Before the first
   * member was ever connected, a query that could not start may be mended in all that cannot strand
   * messages.
   *
   * @param place of the checkpoint, for errors
   * @throws IllegalArgumentException naming all options that were given and may not change
   */
  public SourceIdentity again(SourceOptions options, String place) {
    boolean mending = begun == 0;
    int given =
        options
            .partitions()
            .orElse(mending ? Math.max(partitions, options.brokers().size()) : partitions);
    String givenGroup = options.group().orElse(group);
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
    if (!mending) {
      note(changes, "group", group, next.group);
      note(changes, "clientIdPrefix", clientIdPrefix, next.clientIdPrefix);
      note(changes, "brokerUrl", join(brokers), join(next.brokers));
    }
    note(changes, "storeDir", shown(storeDir), shown(next.storeDir));
    if (!changes.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot go on from checkpoint "
              + place
              + " with other options than it was begun with: "
              + String.join("; ", changes)
              + ". Messages already received, and those that the brokers hold for this query,"
              + " depend on them. Give the old values (all but brokerUrl may also be left out), or"
              + " start a new query with another checkpointLocation");
    }
    return next;
  }

  /** Filters subscribed to so far, but for those that are wanted. */
  private List<String> former(List<String> wanted) {
    Set<String> former = new LinkedHashSet<>(formerFilters);
    former.addAll(shared(topics, group));
    wanted.forEach(former::remove);
    return List.copyOf(former);
  }

  private static List<String> shared(List<TopicFilter> topics, String group) {
    return topics.stream().map(topic -> topic.shared(group)).toList();
  }

  /** All partitions, retired ones included: as many as there are stores. */
  public int allPartitions() {
    return partitions + retired;
  }

  /**
   * The identity once the members have been connected.
   *
   * @param unsubscribed whether all of them have given up the former filters
   */
  public SourceIdentity connected(boolean unsubscribed) {
    return with(allPartitions(), unsubscribed ? List.of() : formerFilters, ackMode);
  }

  /** The identity once everything not yet processed is not yet acknowledged either. */
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

  private static void note(List<String> changes, String option, Object kept, Object given) {
    if (!kept.equals(given)) {
      changes.add(option + " was " + kept + ", given is " + given);
    }
  }

  private static String shown(@Nullable String storeDir) {
    return storeDir == null ? "within the checkpoint" : storeDir;
  }

  private static Optional<String> givenStoreDir(SourceOptions options) {
    return options.storeDir().map(dir -> Path.of(dir).toAbsolutePath().normalize().toString());
  }

  private static String join(List<?> values) {
    return String.join(",", values.stream().map(Object::toString).toList());
  }

  String toJson() {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("version", VERSION);
    root.put("sourceId", sourceId);
    root.put("partitions", partitions);
    root.put("retired", retired);
    root.put("begun", begun);
    root.put("group", group);
    root.put("clientIdPrefix", clientIdPrefix);
    putAll(root.putArray("brokers"), brokers);
    putAll(root.putArray("topics"), topics);
    putAll(root.putArray("formerFilters"), formerFilters);
    root.put("ackMode", ackMode.name().toLowerCase(Locale.ROOT));
    root.put("storeDir", storeDir);
    return root.toString();
  }

  private static void putAll(ArrayNode array, List<?> values) {
    values.forEach(value -> array.add(value.toString()));
  }

  /**
   * Reads what {@link #toJson} has written.
   *
   * @param place for errors
   * @throws IllegalStateException when the text is anything else
   */
  static SourceIdentity parse(String json, String place) {
    try {
      JsonNode root = MAPPER.readTree(json);
      int version = root.required("version").asInt();
      if (version != VERSION) {
        throw new IllegalStateException(
            "Cannot read "
                + place
                + ": this release reads version "
                + VERSION
                + ", not "
                + version
                + ": go on with the release that wrote it");
      }
      JsonNode storeDir = root.required("storeDir");
      return new SourceIdentity(
          root.required("sourceId").asText(),
          root.required("partitions").intValue(),
          root.required("retired").intValue(),
          root.required("begun").intValue(),
          root.required("group").asText(),
          root.required("clientIdPrefix").asText(),
          texts(root.required("brokers")).map(BrokerUrl::new).toList(),
          texts(root.required("topics")).map(TopicFilter::new).toList(),
          texts(root.required("formerFilters")).toList(),
          AckMode.valueOf(root.required("ackMode").asText().toUpperCase(Locale.ROOT)),
          storeDir.isNull() ? null : storeDir.asText());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new IllegalStateException(
          "Cannot read "
              + place
              + ": it is damaged. Restore the checkpoint from a copy, or start a new query with"
              + " another checkpointLocation",
          e);
    }
  }

  private static Stream<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText);
  }
}
