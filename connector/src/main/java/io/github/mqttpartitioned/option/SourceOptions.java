// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.option.settings.RetainHandling;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The options of a source, parsed and checked: one method for each. {@link DeclaredSourceOptions}
 * says what each means. Immutable.
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
            given,
            DeclaredSourceOptions.ALL,
            Map.of(PATH, DeclaredSourceOptions.BROKER_URL),
            ForeignNames.HINTS::find);
    SourceContradictions.checkTopics(values);
    TransportOptions.check(values, DeclaredSourceOptions.ALL);
    CredentialOptions.check(values);
    SourceContradictions.checkBatches(values);
    values.throwIfWrong();
    return new SourceOptions(values);
  }

  public List<BrokerUrl> brokers() {
    return values.get(DeclaredSourceOptions.BROKER_URL);
  }

  public BrokerMode brokerMode() {
    return values.get(DeclaredSourceOptions.BROKER_MODE);
  }

  /** What the checkpoint has for {@link #brokers}, where they have moved. */
  public Optional<List<BrokerUrl>> formerBrokers() {
    return values.find(DeclaredSourceOptions.FORMER_BROKER_URL);
  }

  public List<TopicFilter> topics() {
    return values.get(DeclaredSourceOptions.TOPICS);
  }

  /** The patterns whose named levels are columns; none if the option is not given. */
  public List<TopicPattern> topicColumns() {
    return values.find(DeclaredSourceOptions.TOPIC_COLUMNS).orElse(List.of());
  }

  /** Empty for Spark's default parallelism at the first start, then for the checkpoint's number. */
  public OptionalInt partitions() {
    return values
        .find(DeclaredSourceOptions.PARTITIONS)
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }

  public Optional<String> group() {
    return values.find(DeclaredSourceOptions.GROUP);
  }

  public Optional<String> clientIdPrefix() {
    return values.find(DeclaredSourceOptions.CLIENT_ID_PREFIX);
  }

  public int qos() {
    return values.get(DeclaredSourceOptions.QOS);
  }

  public CredentialSettings credentials() {
    return CredentialOptions.read(values);
  }

  public TlsSettings tls() {
    return TransportOptions.read(values);
  }

  /** Headers of the WebSocket handshake, by name. */
  public Map<String, Secret> webSocketHeaders() {
    return values.family(DeclaredSourceOptions.WEBSOCKET_HEADER);
  }

  public Duration keepAlive() {
    return values.get(DeclaredSourceOptions.KEEP_ALIVE);
  }

  public Duration connectTimeout() {
    return values.get(DeclaredSourceOptions.CONNECT_TIMEOUT);
  }

  public Duration sessionExpiry() {
    return values.get(DeclaredSourceOptions.SESSION_EXPIRY);
  }

  /** Whether the user has chosen {@link #sessionExpiry}. */
  public boolean isSessionExpiryGiven() {
    return values.isGiven(DeclaredSourceOptions.SESSION_EXPIRY);
  }

  public int receiveMaximum() {
    return values.get(DeclaredSourceOptions.RECEIVE_MAXIMUM);
  }

  public RetainHandling retainHandling() {
    return values.get(DeclaredSourceOptions.RETAIN_HANDLING);
  }

  /** An absolute path without a scheme. */
  public Optional<String> storeDir() {
    return values.find(DeclaredSourceOptions.STORE_DIR);
  }

  public long storeMaxBytes() {
    return values.get(DeclaredSourceOptions.STORE_MAX_BYTES);
  }

  /** An absolute path without a scheme. */
  public Optional<String> deadLetterDir() {
    return values.find(DeclaredSourceOptions.DEAD_LETTER_DIR);
  }

  public AckMode ackMode() {
    return values.get(DeclaredSourceOptions.ACK_MODE);
  }

  public boolean failOnDataLoss() {
    return values.get(DeclaredSourceOptions.FAIL_ON_DATA_LOSS);
  }

  public Duration storeRecoveryTimeout() {
    return values.get(DeclaredSourceOptions.STORE_RECOVERY_TIMEOUT);
  }

  /** Whether the user has chosen {@link #storeRecoveryTimeout}. */
  public boolean isStoreRecoveryTimeoutGiven() {
    return values.isGiven(DeclaredSourceOptions.STORE_RECOVERY_TIMEOUT);
  }

  public Duration retention() {
    return values.get(DeclaredSourceOptions.RETENTION);
  }

  public OptionalLong maxOffsetsPerTrigger() {
    return toLong(values.find(DeclaredSourceOptions.MAX_OFFSETS_PER_TRIGGER));
  }

  public OptionalLong minOffsetsPerTrigger() {
    return toLong(values.find(DeclaredSourceOptions.MIN_OFFSETS_PER_TRIGGER));
  }

  public OptionalLong maxBytesPerTrigger() {
    return toLong(values.find(DeclaredSourceOptions.MAX_BYTES_PER_TRIGGER));
  }

  private static OptionalLong toLong(Optional<Long> value) {
    return value.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  public Duration maxTriggerDelay() {
    return values.get(DeclaredSourceOptions.MAX_TRIGGER_DELAY);
  }

  public Duration linger() {
    return values.get(DeclaredSourceOptions.LINGER);
  }

  public Duration drainTimeout() {
    return values.get(DeclaredSourceOptions.DRAIN_TIMEOUT);
  }

  public boolean includeProperties() {
    return values.get(DeclaredSourceOptions.INCLUDE_PROPERTIES);
  }

  public PayloadType payloadType() {
    return values.get(DeclaredSourceOptions.PAYLOAD_TYPE);
  }

  /** The address of the driver's Prometheus endpoint, not resolved. Port 0 picks a free port. */
  public Optional<InetSocketAddress> metricsPort() {
    return values.find(DeclaredSourceOptions.METRICS_PORT);
  }

  /** All options that were given, secrets as {@code ***}. */
  @Override
  public String toString() {
    return "SourceOptions" + values;
  }
}
