package io.github.mqttpartitioned.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mqttpartitioned.model.BrokerUrl;
import io.github.mqttpartitioned.model.TopicFilter;
import io.github.mqttpartitioned.option.SourceOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * @param sourceId 32 hexadecimal digits, chosen at first start
 * @param partitions N
 * @param group share name
 * @param clientIdPrefix before the partition's number
 * @param brokers in the order given: partition p belongs to broker p mod count
 * @param topics filters
 * @param storeDir as given, made absolute; null when the stores lie in the checkpoint
 */
record SourceIdentity(
    String sourceId,
    int partitions,
    String group,
    String clientIdPrefix,
    List<BrokerUrl> brokers,
    List<TopicFilter> topics,
    @Nullable String storeDir) {

  static final int VERSION = 1;

  private static final int DERIVED_DIGITS = 8;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  SourceIdentity {
    brokers = List.copyOf(brokers);
    topics = List.copyOf(topics);
  }

  static String newSourceId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  /**
   * The identity of a query that starts for the first time.
   *
   * @param parallelism that Spark offers
   */
  static SourceIdentity first(String sourceId, SourceOptions options, int parallelism) {
    String derived = "mqp-" + sourceId.substring(0, DERIVED_DIGITS);
    return new SourceIdentity(
        sourceId,
        options.partitions().orElse(Math.max(parallelism, options.brokers().size())),
        options.group().orElse(derived),
        options.clientIdPrefix().orElse(derived),
        options.brokers(),
        options.topics(),
        givenStoreDir(options).orElse(null));
  }

  /**
   * The identity of a query that starts again. Options left out stay as they were.
   *
   * @param begun whether all members have ever been connected. Before that, a query that could not
   *     start may be mended: what might strand messages of a member that did connect must stay
   * @param place of the checkpoint, for errors
   * @throws IllegalArgumentException naming all options that were given and may not change
   */
  SourceIdentity again(SourceOptions options, boolean begun, String place) {
    SourceIdentity given =
        new SourceIdentity(
            sourceId,
            options.partitions().orElse(Math.max(partitions, begun ? 1 : options.brokers().size())),
            options.group().orElse(group),
            options.clientIdPrefix().orElse(clientIdPrefix),
            options.brokers(),
            options.topics(),
            givenStoreDir(options).orElse(storeDir));
    List<String> changes = new ArrayList<>();
    if (begun || given.partitions < partitions) {
      note(changes, "partitions", partitions, given.partitions);
    }
    if (begun) {
      note(changes, "group", group, given.group);
      note(changes, "clientIdPrefix", clientIdPrefix, given.clientIdPrefix);
      note(changes, "brokerUrl", join(brokers), join(given.brokers));
      if (!Set.copyOf(topics).equals(Set.copyOf(given.topics))) {
        note(changes, "topics", join(topics), join(given.topics));
      }
    }
    note(changes, "storeDir", shown(storeDir), shown(given.storeDir));
    if (!changes.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot go on from checkpoint "
              + place
              + " with other options than it was begun with: "
              + String.join("; ", changes)
              + ". Messages already received depend on them. Give the old values (all but"
              + " brokerUrl and topics may also be left out), or start a new query with another"
              + " checkpointLocation");
    }
    return given;
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
    root.put("group", group);
    root.put("clientIdPrefix", clientIdPrefix);
    putAll(root.putArray("brokers"), brokers);
    putAll(root.putArray("topics"), topics);
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
          root.required("group").asText(),
          root.required("clientIdPrefix").asText(),
          texts(root.required("brokers")).map(BrokerUrl::new).toList(),
          texts(root.required("topics")).map(TopicFilter::new).toList(),
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
