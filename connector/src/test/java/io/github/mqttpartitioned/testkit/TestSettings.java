// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.RetainHandling;
import io.github.mqttpartitioned.option.settings.SessionPolicy;
import io.github.mqttpartitioned.option.settings.SourceSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings of a source with one partition, but for what a test says otherwise. */
public final class TestSettings {

  private List<BrokerUrl> brokers;
  private BrokerMode brokerMode = BrokerMode.INDEPENDENT;
  private Map<String, Secret> webSocketHeaders = Map.of();
  private final Path storeDir;
  private String sourceId = "5eed";
  private int partitions = 1;
  private List<TopicFilter> topics = List.of(new TopicFilter("test/#"));
  private String group = "group";
  private String clientIdPrefix = "member";
  private int qos = 1;
  private CredentialSettings credentials = CredentialSettings.NONE;
  private TlsSettings tls = TlsSettings.DEFAULT;
  private Duration keepAlive = Duration.ofSeconds(60);
  private Duration connectTimeout = Duration.ofSeconds(30);
  private int receiveMaximum = 65_535;
  private long storeMaxBytes = 16L << 20;
  private Duration linger = Duration.ofMillis(5);
  private @Nullable String deadLetterDir;
  private AckMode ackMode = AckMode.STORED;
  private Duration drainTimeout = Duration.ofSeconds(5);
  private int retired;
  private List<String> formerFilters = List.of();
  private SessionPolicy sessions =
      new SessionPolicy(RetainHandling.IGNORE, Integer.MAX_VALUE, false);

  /** Settings for a broker, with stores in a directory. */
  public TestSettings(String url, Path storeDir) {
    this.brokers = List.of(new BrokerUrl(url));
    this.storeDir = storeDir;
  }

  /** The entry points of one broker. */
  public TestSettings cluster(String... urls) {
    brokers = List.of(urls).stream().map(BrokerUrl::new).toList();
    brokerMode = BrokerMode.CLUSTER;
    return this;
  }

  public TestSettings webSocketHeader(String name, String value) {
    webSocketHeaders = Map.of(name, new Secret(value));
    return this;
  }

  public TestSettings sourceId(String value) {
    sourceId = value;
    return this;
  }

  public TestSettings partitions(int value) {
    partitions = value;
    return this;
  }

  public TestSettings topics(String... filters) {
    topics = List.of(filters).stream().map(TopicFilter::new).toList();
    return this;
  }

  public TestSettings group(String value) {
    group = value;
    return this;
  }

  public TestSettings clientIdPrefix(String value) {
    clientIdPrefix = value;
    return this;
  }

  public TestSettings qos(int value) {
    qos = value;
    return this;
  }

  public TestSettings credentials(String user, String secret) {
    return credentials(CredentialSettings.fixed(user, new Secret(secret)));
  }

  public TestSettings credentials(CredentialSettings value) {
    credentials = value;
    return this;
  }

  public TestSettings tls(TlsSettings value) {
    tls = value;
    return this;
  }

  public TestSettings keepAlive(Duration value) {
    keepAlive = value;
    return this;
  }

  public TestSettings connectTimeout(Duration value) {
    connectTimeout = value;
    return this;
  }

  public TestSettings receiveMaximum(int value) {
    receiveMaximum = value;
    return this;
  }

  public TestSettings storeMaxBytes(long value) {
    storeMaxBytes = value;
    return this;
  }

  public TestSettings linger(Duration value) {
    linger = value;
    return this;
  }

  public TestSettings deadLetterDir(Path value) {
    deadLetterDir = value.toString();
    return this;
  }

  public TestSettings ackMode(AckMode value) {
    ackMode = value;
    return this;
  }

  public TestSettings drainTimeout(Duration value) {
    drainTimeout = value;
    return this;
  }

  /** How many of the partitions are retired: the last ones. */
  public TestSettings retired(int value) {
    retired = value;
    return this;
  }

  public TestSettings formerFilters(String... filters) {
    formerFilters = List.of(filters);
    return this;
  }

  /** By default all members have been connected in an earlier run. */
  public TestSettings sessions(SessionPolicy value) {
    sessions = value;
    return this;
  }

  /** The settings as they are now. */
  public SourceSettings build() {
    return new SourceSettings(
        sourceId,
        partitions,
        brokers,
        brokerMode,
        topics,
        group,
        clientIdPrefix,
        qos,
        credentials,
        tls,
        webSocketHeaders,
        keepAlive,
        connectTimeout,
        Duration.ofDays(1),
        receiveMaximum,
        storeDir.toString(),
        storeMaxBytes,
        linger,
        deadLetterDir,
        ackMode,
        drainTimeout,
        partitions - retired,
        formerFilters,
        sessions);
  }
}
