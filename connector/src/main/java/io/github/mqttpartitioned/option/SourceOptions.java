// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.Secret;
import io.github.mqttpartitioned.mqtt.TlsSettings;
import io.github.mqttpartitioned.mqtt.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.TopicFilter;
import io.github.mqttpartitioned.mqtt.TopicFilters;
import io.github.mqttpartitioned.mqtt.TopicPattern;
import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The options of a source, parsed and checked: one method for each. {@link Options} says what each
 * means. Immutable.
 */
public final class SourceOptions {

  /** The key under which Spark passes the argument of {@code load}. It adds no other key. */
  private static final String PATH = "path";

  private final OptionValues values;

  private SourceOptions(OptionValues values) {
    this.values = values;
  }

  /**
   * Parses the options that the user gave. Upper and lower case of names are the same.
   *
   * @throws OptionException if any option is wrong; it reports all problems
   */
  public static SourceOptions parse(Map<String, String> given) {
    OptionValues values =
        new OptionValues(
            given, Options.ALL, Map.of(PATH, Options.BROKER_URL), ForeignNames.HINTS::find);
    checkPartitions(values);
    checkSharedFilters(values);
    checkOverlap(values);
    checkTopicColumns(values);
    checkTls(values, Options.ALL);
    checkWebSockets(values);
    CredentialOptions.check(values);
    checkBatches(values);
    checkAckMode(values);
    values.throwIfWrong();
    return new SourceOptions(values);
  }

  private static void checkPartitions(OptionValues values) {
    int brokers = values.find(Options.BROKER_URL).map(List::size).orElse(0);
    values
        .find(Options.PARTITIONS)
        .filter(
            partitions ->
                partitions < brokers && values.get(Options.BROKER_MODE) == BrokerMode.INDEPENDENT)
        .ifPresent(
            partitions ->
                values.add(
                    OptionException.contradiction(
                        "partitions, brokerUrl",
                        "partitions (%d)".formatted(partitions),
                        "brokerUrl (%d URLs)".formatted(brokers),
                        "a broker without a partition is never read",
                        "Give at least %d partitions, or fewer URLs".formatted(brokers))));
  }

  private static void checkSharedFilters(OptionValues values) {
    values
        .find(Options.GROUP)
        .ifPresent(
            group ->
                values.find(Options.TOPICS).orElse(List.of()).stream()
                    .map(filter -> filter.shared(group).getBytes(StandardCharsets.UTF_8).length)
                    .filter(bytes -> bytes > 65_535)
                    .forEach(
                        bytes ->
                            values.add(
                                OptionException.contradiction(
                                    "group, topics",
                                    "group",
                                    "topics",
                                    """
                                    $share/<group>/<filter> takes %d bytes of UTF-8, but MQTT \
                                    allows 65535"""
                                        .formatted(bytes),
                                    "Shorten one of them"))));
  }

  /** Each filter is a subscription of its own: a message that two filters match comes twice. */
  private static void checkOverlap(OptionValues values) {
    TopicFilters before = new TopicFilters();
    for (TopicFilter filter : values.find(Options.TOPICS).orElse(List.of())) {
      TopicFilter other = before.add(filter);
      if (other != null) {
        values.add(
            OptionException.contradiction(
                "topics",
                "topics (%s)".formatted(other),
                "topics (%s)".formatted(filter),
                "a message that both filters match would come twice",
                "Remove one of them, or make them match different topics"));
      }
    }
  }

  private static void checkTopicColumns(OptionValues values) {
    values
        .find(Options.TOPICS)
        .ifPresent(
            topics ->
                values.find(Options.TOPIC_COLUMNS).orElse(List.of()).stream()
                    .filter(pattern -> topics.stream().noneMatch(pattern.filter()::overlaps))
                    .forEach(
                        pattern ->
                            values.add(
                                OptionException.contradiction(
                                    "topicColumns, topics",
                                    "topicColumns (%s)".formatted(pattern),
                                    "topics (%s)"
                                        .formatted(
                                            topics.stream()
                                                .map(TopicFilter::toString)
                                                .collect(Collectors.joining(","))),
                                    "no topic that the source receives can match the pattern",
                                    "Correct the pattern or the topic filters"))));
  }

  /** For source and sink. */
  static void checkTls(OptionValues values, List<Option<?>> known) {
    checkKeyMaterial(
        values,
        Options.TRUSTSTORE_LOCATION,
        List.of(Options.TRUSTSTORE_PASSWORD, Options.TRUSTSTORE_TYPE));
    checkKeyMaterial(
        values,
        Options.KEYSTORE_LOCATION,
        List.of(Options.KEYSTORE_PASSWORD, Options.KEYSTORE_TYPE, Options.KEYSTORE_KEY_LOCATION));
    String given =
        known.stream()
            .filter(option -> option.key().startsWith("ssl.") && values.isGiven(option))
            .map(Option::key)
            .collect(Collectors.joining(", "));
    values
        .find(Options.BROKER_URL)
        .filter(brokers -> !given.isEmpty() && brokers.stream().noneMatch(BrokerUrl::isTls))
        .ifPresent(
            brokers ->
                values.add(
                    OptionException.contradiction(
                        given + ", brokerUrl",
                        given,
                        shown(brokers),
                        "no URL is encrypted",
                        "Use ssl:// or wss://, or remove the ssl options")));
    if (values.isGiven(Options.KEYSTORE_KEY_LOCATION)
        && values
            .find(Options.KEYSTORE_LOCATION)
            .filter(file -> keyStoreType(values, file) != StoreType.PEM)
            .isPresent()) {
      values.add(
          OptionException.contradiction(
              "ssl.keystore.key.location, ssl.keystore.location",
              "ssl.keystore.key.location",
              "ssl.keystore.location",
              "only a PEM file of certificates has its key in another file",
              "Set ssl.keystore.type to PEM, or remove ssl.keystore.key.location"));
    }
  }

  private static StoreType keyStoreType(OptionValues values, String file) {
    return values.find(Options.KEYSTORE_TYPE).orElseGet(() -> typeByEnding(file));
  }

  private static String shown(List<BrokerUrl> brokers) {
    return brokers.stream()
        .map(BrokerUrl::toString)
        .collect(Collectors.joining(",", "brokerUrl (", ")"));
  }

  /** For source and sink. */
  static void checkWebSockets(OptionValues values) {
    Map<String, Secret> headers = values.family(Options.WEBSOCKET_HEADER);
    values
        .find(Options.BROKER_URL)
        .filter(brokers -> !headers.isEmpty() && brokers.stream().noneMatch(BrokerUrl::isWebSocket))
        .ifPresent(
            brokers ->
                values.add(
                    OptionException.contradiction(
                        "websocket.header, brokerUrl",
                        "websocket.header." + headers.keySet().iterator().next(),
                        shown(brokers),
                        "no URL is one of a WebSocket",
                        "Use ws:// or wss://, or remove the header")));
  }

  private static void checkKeyMaterial(
      OptionValues values, Option<String> location, List<Option<?>> details) {
    for (Option<?> detail : details) {
      if (values.isGiven(detail) && !values.isGiven(location)) {
        values.add(
            OptionException.missing(
                location, "%s is given, but not the file that it is about".formatted(detail)));
      }
    }
  }

  private static void checkBatches(OptionValues values) {
    values
        .find(Options.MAX_OFFSETS_PER_TRIGGER)
        .ifPresent(
            max ->
                values
                    .find(Options.MIN_OFFSETS_PER_TRIGGER)
                    .filter(min -> min > max)
                    .ifPresent(
                        min ->
                            values.add(
                                OptionException.contradiction(
                                    "minOffsetsPerTrigger, maxOffsetsPerTrigger",
                                    "minOffsetsPerTrigger (%d)".formatted(min),
                                    "maxOffsetsPerTrigger (%d)".formatted(max),
                                    "the minimum is larger than the maximum",
                                    "Lower the first or raise the second"))));
  }

  private static void checkAckMode(OptionValues values) {
    values
        .find(Options.ACK_MODE)
        .filter(mode -> mode == AckMode.PROCESSED && values.find(Options.QOS).orElse(1) == 0)
        .ifPresent(
            mode ->
                values.add(
                    OptionException.contradiction(
                        "ackMode, qos",
                        "ackMode (processed)",
                        "qos (0)",
                        "MQTT has no acknowledgement of QoS 0 messages",
                        "Set qos to 1 or 2, or remove ackMode")));
  }

  public List<BrokerUrl> brokers() {
    return values.get(Options.BROKER_URL);
  }

  public BrokerMode brokerMode() {
    return values.get(Options.BROKER_MODE);
  }

  /** What the checkpoint has for {@link #brokers}, where they have moved. */
  public Optional<List<BrokerUrl>> formerBrokers() {
    return values.find(Options.FORMER_BROKER_URL);
  }

  public List<TopicFilter> topics() {
    return values.get(Options.TOPICS);
  }

  /** The patterns whose named levels are columns; none if the option is not given. */
  public List<TopicPattern> topicColumns() {
    return values.find(Options.TOPIC_COLUMNS).orElse(List.of());
  }

  /** Empty for Spark's default parallelism at the first start, then for the checkpoint's number. */
  public OptionalInt partitions() {
    return values.find(Options.PARTITIONS).map(OptionalInt::of).orElseGet(OptionalInt::empty);
  }

  public Optional<String> group() {
    return values.find(Options.GROUP);
  }

  public Optional<String> clientIdPrefix() {
    return values.find(Options.CLIENT_ID_PREFIX);
  }

  public int qos() {
    return values.get(Options.QOS);
  }

  public CredentialSettings credentials() {
    return CredentialOptions.read(values);
  }

  public TlsSettings tls() {
    return tls(values);
  }

  /** For source and sink. */
  static TlsSettings tls(OptionValues values) {
    return new TlsSettings(
        keyMaterial(
            values,
            Options.TRUSTSTORE_LOCATION,
            Options.TRUSTSTORE_PASSWORD,
            Options.TRUSTSTORE_TYPE),
        keyMaterial(
            values, Options.KEYSTORE_LOCATION, Options.KEYSTORE_PASSWORD, Options.KEYSTORE_TYPE),
        values.find(Options.KEYSTORE_KEY_LOCATION).orElse(null),
        values.get(Options.ENDPOINT_IDENTIFICATION),
        values.find(Options.ALPN).orElse(List.of()));
  }

  /** Headers of the WebSocket handshake, by name. */
  public Map<String, Secret> webSocketHeaders() {
    return values.family(Options.WEBSOCKET_HEADER);
  }

  private static @Nullable KeyMaterial keyMaterial(
      OptionValues values,
      Option<String> location,
      Option<Secret> password,
      Option<StoreType> type) {
    String file = values.find(location).orElse(null);
    return file == null
        ? null
        : new KeyMaterial(
            file,
            values.find(password).orElse(null),
            values.find(type).orElseGet(() -> typeByEnding(file)));
  }

  private static StoreType typeByEnding(String file) {
    String ending = file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (ending) {
      case "p12", "pfx" -> StoreType.PKCS12;
      case "pem", "crt", "cer", "der", "key" -> StoreType.PEM;
      default -> StoreType.JKS;
    };
  }

  public Duration keepAlive() {
    return values.get(Options.KEEP_ALIVE);
  }

  public Duration connectTimeout() {
    return values.get(Options.CONNECT_TIMEOUT);
  }

  public Duration sessionExpiry() {
    return values.get(Options.SESSION_EXPIRY);
  }

  /** Whether the user has chosen {@link #sessionExpiry}. */
  public boolean isSessionExpiryGiven() {
    return values.isGiven(Options.SESSION_EXPIRY);
  }

  public int receiveMaximum() {
    return values.get(Options.RECEIVE_MAXIMUM);
  }

  public RetainHandling retainHandling() {
    return values.get(Options.RETAIN_HANDLING);
  }

  /** An absolute path without a scheme. */
  public Optional<String> storeDir() {
    return values.find(Options.STORE_DIR);
  }

  public long storeMaxBytes() {
    return values.get(Options.STORE_MAX_BYTES);
  }

  /** An absolute path without a scheme. */
  public Optional<String> deadLetterDir() {
    return values.find(Options.DEAD_LETTER_DIR);
  }

  public AckMode ackMode() {
    return values.get(Options.ACK_MODE);
  }

  public boolean failOnDataLoss() {
    return values.get(Options.FAIL_ON_DATA_LOSS);
  }

  public Duration storeRecoveryTimeout() {
    return values.get(Options.STORE_RECOVERY_TIMEOUT);
  }

  /** Whether the user has chosen {@link #storeRecoveryTimeout}. */
  public boolean isStoreRecoveryTimeoutGiven() {
    return values.isGiven(Options.STORE_RECOVERY_TIMEOUT);
  }

  public Duration retention() {
    return values.get(Options.RETENTION);
  }

  public OptionalLong maxOffsetsPerTrigger() {
    return toLong(values.find(Options.MAX_OFFSETS_PER_TRIGGER));
  }

  public OptionalLong minOffsetsPerTrigger() {
    return toLong(values.find(Options.MIN_OFFSETS_PER_TRIGGER));
  }

  public OptionalLong maxBytesPerTrigger() {
    return toLong(values.find(Options.MAX_BYTES_PER_TRIGGER));
  }

  private static OptionalLong toLong(Optional<Long> value) {
    return value.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  public Duration maxTriggerDelay() {
    return values.get(Options.MAX_TRIGGER_DELAY);
  }

  public Duration drainTimeout() {
    return values.get(Options.DRAIN_TIMEOUT);
  }

  public boolean includeProperties() {
    return values.get(Options.INCLUDE_PROPERTIES);
  }

  public PayloadType payloadType() {
    return values.get(Options.PAYLOAD_TYPE);
  }

  /** The address of the driver's Prometheus endpoint, not resolved. Port 0 picks a free port. */
  public Optional<InetSocketAddress> metricsPort() {
    return values.find(Options.METRICS_PORT);
  }

  /** All options that were given, secrets as {@code ***}. */
  @Override
  public String toString() {
    return "SourceOptions" + values;
  }
}
