// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.option.settings.TopicTemplate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The options of a sink, parsed and checked. {@link DeclaredSinkOptions} says what each means.
 * Immutable.
 */
public final class SinkOptions {

  /** The key under which Spark passes the argument of {@code save} or {@code start}. */
  private static final String PATH = "path";

  /** Options of Spark's writers, in lower case. They are not for the format. */
  private static final Set<String> OF_SPARK =
      Set.of(
          "checkpointlocation",
          "queryname",
          "outputmode",
          "asyncprogresstrackingenabled",
          "asyncprogresstrackingcheckpointintervalms");

  private static final Hint.Book HINTS =
      new Hint.Book()
          .use(
              DeclaredSourceOptions.BROKER_URL,
              "It takes one or more URLs.",
              "broker",
              "brokers",
              "url",
              "host")
          .use(
              DeclaredSinkOptions.TOPIC,
              "A sink has one topic or a template; topics are the filters of a source.",
              "topics",
              "topicTemplate",
              "topicColumn")
          .use(DeclaredSinkOptions.RETAINED, "It takes true or false.", "retain")
          .use(DeclaredSinkOptions.CLIENT_ID_PREFIX, "Each sender adds a number.", "clientId")
          .use(DeclaredSinkOptions.MAX_IN_FLIGHT, "The broker may allow fewer.", "receiveMaximum")
          .remove(
              """
              Remove it: a sink has as many writers as the rows have partitions. Repartition the \
              rows instead.""",
              "partitions")
          .remove("Remove it: only a source has a group. A sink has clientIdPrefix.", "group");

  private final OptionValues values;

  private SinkOptions(OptionValues values) {
    this.values = values;
  }

  /**
   * Parses the options that the user gave. Upper and lower case of names are the same.
   *
   * @throws OptionException if any option is wrong; it reports all problems
   */
  public static SinkOptions parse(Map<String, String> given) {
    Map<String, String> own = new TreeMap<>(given);
    // Spark marks options of its own with an underscore, too.
    own.keySet()
        .removeIf(name -> name.startsWith("_") || OF_SPARK.contains(name.toLowerCase(Locale.ROOT)));
    OptionValues values =
        new OptionValues(
            own,
            DeclaredSinkOptions.ALL,
            Map.of(PATH, DeclaredSourceOptions.BROKER_URL),
            HINTS::find);
    TransportOptions.check(values, DeclaredSinkOptions.ALL);
    CredentialOptions.check(values);
    values.throwIfWrong();
    return new SinkOptions(values);
  }

  /** Empty for the column {@code topic}. */
  public Optional<TopicTemplate> topic() {
    return values.find(DeclaredSinkOptions.TOPIC);
  }

  public int qos() {
    return values.get(DeclaredSinkOptions.QOS);
  }

  public boolean retained() {
    return values.get(DeclaredSinkOptions.RETAINED);
  }

  public boolean deduplicationProperties() {
    return values.get(DeclaredSinkOptions.DEDUPLICATION_PROPERTIES);
  }

  public List<BrokerUrl> brokers() {
    return values.get(DeclaredSourceOptions.BROKER_URL);
  }

  /**
   * What the senders need.
   *
   * @param derivedPrefix of client identifiers, where the user gives none
   */
  public SinkSettings settings(String derivedPrefix) {
    Duration connectTimeout = values.get(DeclaredSinkOptions.CONNECT_TIMEOUT);
    BrokerMode brokerMode = values.get(DeclaredSourceOptions.BROKER_MODE);
    long absence = connectTimeout.toSeconds() * brokerMode.urlsOf(0, brokers()).size();
    return new SinkSettings(
        brokers(),
        brokerMode,
        values.find(DeclaredSinkOptions.CLIENT_ID_PREFIX).orElse(derivedPrefix),
        CredentialOptions.read(values),
        TransportOptions.read(values),
        values.family(DeclaredSourceOptions.WEBSOCKET_HEADER),
        values.get(DeclaredSourceOptions.KEEP_ALIVE),
        connectTimeout,
        values.find(DeclaredSinkOptions.SESSION_EXPIRY).orElse(Duration.ofSeconds(1 + 2 * absence)),
        values.find(DeclaredSinkOptions.MAX_IN_FLIGHT).orElse(65_535),
        values.get(DeclaredSinkOptions.LINGER));
  }

  /** All options that were given, secrets as {@code ***}. */
  @Override
  public String toString() {
    return "SinkOptions" + values;
  }
}
