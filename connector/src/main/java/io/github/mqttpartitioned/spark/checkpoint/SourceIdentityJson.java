// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.AckMode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The fields of the file {@code source.<number>.json}, which holds a {@link SourceIdentity}. */
record SourceIdentityJson(
    int version,
    String sourceId,
    int partitions,
    int retired,
    int begun,
    String group,
    String clientIdPrefix,
    List<String> brokers,
    List<String> topics,
    List<String> formerFilters,
    String ackMode,
    @JsonSetter(nulls = Nulls.SET) @Nullable String storeDir) {

  private static final int VERSION = 1;

  static String write(SourceIdentity identity) {
    return CheckpointJson.write(
        new SourceIdentityJson(
            VERSION,
            identity.sourceId(),
            identity.partitions(),
            identity.retired(),
            identity.begun(),
            identity.group(),
            identity.clientIdPrefix(),
            identity.brokers().stream().map(BrokerUrl::toString).toList(),
            identity.topics().stream().map(TopicFilter::toString).toList(),
            identity.formerFilters(),
            identity.ackMode().name().toLowerCase(Locale.ROOT),
            identity.storeDir()));
  }

  /**
   * Reads what {@link #write} has written.
   *
   * @param place of the text, for errors
   * @throws IllegalStateException if the text is anything else
   */
  static SourceIdentity read(String json, String place) {
    return CheckpointJson.read(
        json, place, VERSION, SourceIdentityJson.class, SourceIdentityJson::identity);
  }

  private SourceIdentity identity() {
    return new SourceIdentity(
        sourceId,
        partitions,
        retired,
        begun,
        group,
        clientIdPrefix,
        brokers.stream().map(BrokerUrl::new).toList(),
        topics.stream().map(TopicFilter::new).toList(),
        formerFilters,
        AckMode.valueOf(ackMode.toUpperCase(Locale.ROOT)),
        storeDir);
  }
}
