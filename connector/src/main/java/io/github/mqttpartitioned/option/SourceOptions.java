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
    SourceContradictions.checkTopics(values);
    TransportOptions.check(values, Options.ALL);
    CredentialOptions.check(values);
    SourceContradictions.checkBatches(values);
    values.throwIfWrong();
    return new SourceOptions(values);
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
    return TransportOptions.read(values);
  }

  /** Headers of the WebSocket handshake, by name. */
  public Map<String, Secret> webSocketHeaders() {
    return values.family(Options.WEBSOCKET_HEADER);
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

  public Duration linger() {
    return values.get(Options.LINGER);
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
