// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.option.settings.SourceSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a user has to know at the start of a source, but what does not keep it from starting. */
final class StartWarnings {

  private static final Logger LOG = LoggerFactory.getLogger(StartWarnings.class);

  private StartWarnings() {}

  static void log(ResolvedSource source) {
    SourceSettings settings = source.settings();
    if (source.identity().begun() == 0) {
      groupOfOthers(source, settings);
    }
    if (settings.sessions().endWithQuery()) {
      LOG.info(
          "The checkpoint is temporary: the sessions {}-<partition> end when the query stops",
          settings.clientIdPrefix());
    }
    if (settings.topics().stream().anyMatch(topic -> topic.filter().startsWith("$"))) {
      LOG.warn(
          """
          A topic filter begins with $. Some brokers do not give messages of such topics ($SYS) to \
          shared subscriptions, and say nothing. Look at the broker's documentation if no message \
          arrives.""");
    }
  }

  /** Another checkpoint's sessions cannot be seen: MQTT does not list them. */
  private static void groupOfOthers(ResolvedSource source, SourceSettings settings) {
    if (source.options().group().isPresent()) {
      LOG.warn(
          """
          Group {} starts with a new checkpoint, with the client ids {}-<partition>. If a query \
          with other client ids has used the group before, or uses it now, the broker gives a part \
          of the messages to its sessions, even if they are not connected, until their session \
          expiry. To resume the sessions of an earlier query, start with its clientIdPrefix.""",
          settings.group(),
          settings.clientIdPrefix());
    }
  }
}
