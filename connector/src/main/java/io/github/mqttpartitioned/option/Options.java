// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.Option.option;
import static io.github.mqttpartitioned.option.Syntax.absoluteLocalPath;
import static io.github.mqttpartitioned.option.Syntax.commaSeparated;
import static io.github.mqttpartitioned.option.Syntax.duration;
import static io.github.mqttpartitioned.option.Syntax.localPath;
import static io.github.mqttpartitioned.option.Syntax.mqttString;
import static io.github.mqttpartitioned.option.Syntax.oneOf;
import static io.github.mqttpartitioned.option.Syntax.port;
import static io.github.mqttpartitioned.option.Syntax.size;
import static io.github.mqttpartitioned.option.Syntax.text;
import static io.github.mqttpartitioned.option.Syntax.trueOrFalse;
import static io.github.mqttpartitioned.option.Syntax.wholeNumber;
import static io.github.mqttpartitioned.option.Syntax.wholeSeconds;

import io.github.mqttpartitioned.mqtt.BrokerUrl;
import io.github.mqttpartitioned.mqtt.Secret;
import io.github.mqttpartitioned.mqtt.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.TopicFilter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** All options of the source, in the order of the README's table. */
public final class Options {

  private static final List<Option<?>> DECLARED = new ArrayList<>();

  // Where messages come from.

  public static final Option<List<BrokerUrl>> BROKER_URL =
      declare(
          option(
                  "brokerUrl",
                  brokers(),
                  "Brokers, also given as `load(\"tcp://…\")`. Partition p connects to URL p mod"
                      + " count: nodes of one broker cluster, or independent brokers")
              .required()
              .hiddenWhere(text -> text.contains("@") || text.contains("?")));

  public static final Option<List<TopicFilter>> TOPICS =
      declare(
          option(
                  "topics",
                  commaSeparated(
                      "comma-separated MQTT topic filters, such as `sensors/+/temperature` or"
                          + " `alarms/#`",
                      TopicFilter::new),
                  "What to subscribe to")
              .required());

  public static final Option<Integer> PARTITIONS =
      declare(
          option(
                  "partitions",
                  wholeNumber(1, Integer.MAX_VALUE),
                  "Members of the shared subscription, stores and Spark input partitions; at least"
                      + " the number of brokers. Kept in the checkpoint; another number at a"
                      + " restart adds or retires partitions")
              .otherwise("default parallelism at first start"));

  public static final Option<String> GROUP =
      declare(
          option(
                  "group",
                  shareName(),
                  "Share name: each member subscribes to `$share/<group>/<filter>`")
              .otherwise("derived, kept in the checkpoint"));

  public static final Option<String> CLIENT_ID_PREFIX =
      declare(
          option("clientIdPrefix", clientIdPrefix(), "Member p connects as `<prefix>-<p>`")
              .otherwise("derived, kept in the checkpoint"));

  public static final Option<Integer> QOS =
      declare(
          option(
                  "qos",
                  wholeNumber(0, 2).described("0, 1 or 2"),
                  "Asked for in SUBSCRIBE; a lower grant is an error")
              .defaultsTo("1"));

  // Who we are, and whom we trust.

  public static final Option<String> USERNAME =
      declare(option("username", mqttString(), "User name for the brokers"));

  public static final Option<Secret> PASSWORD =
      declare(option("password", password(), "Password for the brokers").secret());

  public static final Option<String> TRUSTSTORE_LOCATION =
      declare(
          option(
                  "ssl.truststore.location",
                  localPath(),
                  "Trust store: file of the certificates to trust, on every host")
              .otherwise("the JVM's"));

  public static final Option<Secret> TRUSTSTORE_PASSWORD =
      declare(option("ssl.truststore.password", secret(), "Password of the trust store").secret());

  public static final Option<StoreType> TRUSTSTORE_TYPE =
      declare(
          option("ssl.truststore.type", storeType(), "Type of the trust store")
              .otherwise("by file ending (`.p12`, `.pfx`, `.pem`, `.crt`, `.cer`), else `JKS`"));

  public static final Option<String> KEYSTORE_LOCATION =
      declare(
          option(
              "ssl.keystore.location",
              localPath(),
              "Key store: file of the client's own certificate and key, on every host"));

  public static final Option<Secret> KEYSTORE_PASSWORD =
      declare(
          option(
                  "ssl.keystore.password",
                  secret(),
                  "Password of the key store; for PEM, of its encrypted private key")
              .secret());

  public static final Option<StoreType> KEYSTORE_TYPE =
      declare(
          option("ssl.keystore.type", storeType(), "Type of the key store")
              .otherwise("as for the trust store"));

  public static final Option<Boolean> ENDPOINT_IDENTIFICATION =
      declare(
          option(
                  "ssl.endpoint.identification.algorithm",
                  endpointIdentification(),
                  "Whether the broker's certificate must name its host; empty switches that off")
              .defaultsTo("https"));

  // The session.

  public static final Option<Duration> KEEP_ALIVE =
      declare(
          option(
                  "keepAlive",
                  wholeSeconds("1s", "65535s"),
                  "MQTT Keep Alive: the broker takes a member that is silent for 1.5 times this for"
                      + " lost")
              .defaultsTo("60s"));

  public static final Option<Duration> CONNECT_TIMEOUT =
      declare(
          option(
                  "connectTimeout",
                  duration("100ms", "1h"),
                  "Longest that one attempt to connect may take")
              .defaultsTo("30s"));

  public static final Option<Duration> SESSION_EXPIRY =
      declare(
          option(
                  "sessionExpiry",
                  sessionExpiry(),
                  "How long the broker keeps messages for a member that is away; `4294967295s`"
                      + " means for ever")
              .defaultsTo("7d"));

  public static final Option<Integer> RECEIVE_MAXIMUM =
      declare(
          option(
                  "receiveMaximum",
                  wholeNumber(1, 65_535),
                  "Unacknowledged QoS 1 and 2 messages that a member may hold")
              .defaultsTo("65535"));

  // The store.

  public static final Option<String> STORE_DIR =
      declare(
          option(
                  "storeDir",
                  absoluteLocalPath(),
                  "Directory for the LMDB environments, on a durable disk of each executor's host")
              .otherwise(
                  "under the checkpoint where driver and executors share one machine and the"
                      + " checkpoint is a local path; otherwise required"));

  public static final Option<Long> STORE_MAX_BYTES =
      declare(
          option(
                  "storeMaxBytes",
                  size("16m"),
                  "Most disk for one partition; when reached, the member pauses and the broker"
                      + " keeps the messages")
              .defaultsTo("10g"));

  public static final Option<String> DEAD_LETTER_DIR =
      declare(
          option(
                  "deadLetterDir",
                  absoluteLocalPath(),
                  "Directory on each executor's host that gets a JSON file for each dead letter: a"
                      + " malformed message that the broker has sent twice, which is acknowledged"
                      + " and makes no row")
              .otherwise(
                  "none: a store keeps its newest dead letters, without a way to read them"));

  public static final Option<AckMode> ACK_MODE =
      declare(
          option(
                  "ackMode",
                  oneOf(AckMode.class, mode -> mode.name().toLowerCase(Locale.ROOT)),
                  "`stored`: acknowledge when fsynced in LMDB. `processed`: acknowledge when Spark"
                      + " has committed the batch; a lost disk loses nothing at QoS 1 and 2, and at"
                      + " most `receiveMaximum` messages of a member are under way")
              .defaultsTo("stored"));

  public static final Option<Boolean> FAIL_ON_DATA_LOSS =
      declare(
          option(
                  "failOnDataLoss",
                  trueOrFalse(),
                  "Whether offsets that no store holds any more fail the query, or are skipped"
                      + " with a warning and a metric")
              .defaultsTo("true"));

  public static final Option<Duration> STORE_RECOVERY_TIMEOUT =
      declare(
          option(
                  "storeRecoveryTimeout",
                  duration("0s"),
                  "On a cluster: how long a partition waits for the host that its store lies on,"
                      + " while the others go on; then `failOnDataLoss` decides. Left"
                      + " out with `ackMode=processed` it moves after some 26 s, and the broker"
                      + " delivers again what was not processed")
              .defaultsTo("5m"));

  public static final Option<Duration> RETENTION =
      declare(
          option(
                  "retention",
                  duration("0s"),
                  "Keep processed messages this long before trimming, for a manual rewind")
              .defaultsTo("0s"));

  // The micro-batches.

  public static final Option<Long> MAX_OFFSETS_PER_TRIGGER =
      declare(
          option(
              "maxOffsetsPerTrigger",
              wholeNumber(1, Long.MAX_VALUE),
              "Most messages in one micro-batch, over all partitions"));

  public static final Option<Long> MIN_OFFSETS_PER_TRIGGER =
      declare(
          option(
              "minOffsetsPerTrigger",
              wholeNumber(1, Long.MAX_VALUE),
              "Wait for this many messages before a micro-batch, but no longer than"
                  + " `maxTriggerDelay`; with `ackMode=processed` only as long as more keep coming"
                  + " (the broker's window may be used up)"));

  public static final Option<Long> MAX_BYTES_PER_TRIGGER =
      declare(
          option(
              "maxBytesPerTrigger",
              size("1b"),
              "Most bytes in one micro-batch, over all partitions; a soft limit"));

  public static final Option<Duration> MAX_TRIGGER_DELAY =
      declare(
          option(
                  "maxTriggerDelay",
                  duration("0s"),
                  "Longest wait for `minOffsetsPerTrigger` messages")
              .defaultsTo("15m"));

  public static final Option<Duration> DRAIN_TIMEOUT =
      declare(
          option(
                  "drainTimeout",
                  duration("0s"),
                  "`Trigger.AvailableNow`: the run's end offset is taken once no message has"
                      + " arrived for this long; where messages never cease, after `connectTimeout`"
                      + " and ten times this long")
              .defaultsTo("5s"));

  public static final Option<Boolean> INCLUDE_PROPERTIES =
      declare(
          option("includeProperties", trueOrFalse(), "Adds the MQTT 5 property columns")
              .defaultsTo("false"));

  public static final Option<InetSocketAddress> METRICS_PORT =
      declare(
          option(
              "metricsPort",
              port("127.0.0.1"),
              "Driver port for the Prometheus endpoint `/metrics`, which covers every node; 0 picks"
                  + " a free one and logs it. A port alone listens on 127.0.0.1; with an address"
                  + " before it, whoever reaches that may read the meters, without authentication"));

  /** All of them. */
  public static final List<Option<?>> ALL = List.copyOf(DECLARED);

  /** Names that users of other connectors bring along. */
  static final Hint.Book HINTS =
      new Hint.Book()
          .use(
              BROKER_URL,
              "It takes one or more URLs, separated by commas.",
              "brokerUrls",
              "brokerUri",
              "broker",
              "brokers",
              "url",
              "uri",
              "serverUri",
              "host",
              "kafka.bootstrap.servers")
          .use(
              BROKER_URL,
              "load takes one path: put all URLs into it, separated by commas.",
              "paths")
          .use(
              TOPICS,
              "It takes one or more topic filters, separated by commas.",
              "topic",
              "topicFilter",
              "subscribe",
              "subscribePattern")
          .use(
              PARTITIONS,
              "It is fixed in the checkpoint at first start.",
              "numPartitions",
              "minPartitions",
              "parallelism")
          .use(
              GROUP,
              "It is the share name of the shared subscription.",
              "groupId",
              "kafka.group.id",
              "groupIdPrefix",
              "shareName",
              "sharedSubscription")
          .use(
              CLIENT_ID_PREFIX,
              "Each partition is a session of its own: partition p connects as <prefix>-<p>.",
              "clientId",
              "client.id")
          .use(USERNAME, "It goes with password.", "user", "login")
          .use(KEEP_ALIVE, "It takes a duration such as 60s.", "keepAliveInterval")
          .use(CONNECT_TIMEOUT, "It takes a duration such as 30s.", "connectionTimeout")
          .use(SESSION_EXPIRY, "It takes a duration such as 7d.", "sessionExpiryInterval")
          .use(RECEIVE_MAXIMUM, "It holds for each member.", "maxInflight")
          .use(
              STORE_DIR,
              "Messages are always kept on disk before they are acknowledged.",
              "persistence",
              "localStorage")
          .use(
              DEAD_LETTER_DIR,
              "Malformed messages become files there.",
              "badRecordsPath",
              "deadLetterQueue",
              "deadLetterTopic",
              "deadLetterPath")
          .leaveOut(
              "A member's session always outlives its connection, or messages would be lost: leave"
                  + " this out. sessionExpiry says how long the broker keeps it.",
              "cleanSession",
              "cleanStart")
          .leaveOut(
              "Connections are always made again, with a growing delay: leave this out.",
              "autoReconnect",
              "automaticReconnect")
          .leaveOut("The version is always MQTT 5: leave this out.", "mqttVersion")
          .leaveOut(
              "A new query reads what is published after its first start, a restarted one goes on"
                  + " from its checkpoint: leave this out.",
              "startingOffsets",
              "endingOffsets",
              "startingTimestamp")
          .leaveOut(
              "It belongs to the query: give it to writeStream, not to readStream.",
              "checkpointLocation");

  private Options() {}

  private static <T> Option<T> declare(Option<T> option) {
    DECLARED.add(option);
    return option;
  }

  private static Syntax<List<BrokerUrl>> brokers() {
    Syntax<List<BrokerUrl>> urls =
        commaSeparated(
            "comma-separated `tcp://`, `ssl://`, `ws://` or `wss://` URLs", BrokerUrl::new);
    return new Syntax<>(
        urls.accepted(),
        text -> {
          // Before commas are looked at: one inside a password would cut it in two.
          if (text.contains("@")) {
            throw new IllegalArgumentException(
                "holds an @: a URL carries no user or password here. Use the options username and"
                    + " password");
          }
          return urls.read(text);
        });
  }

  private static Syntax<String> shareName() {
    return mqttString()
        .checked(
            name ->
                name.matches("(?s).*[/+#].*")
                    ? Optional.of("holds /, + or #, which MQTT forbids in a share name")
                    : Optional.empty())
        .described("text without `/`, `+` and `#`");
  }

  private static Syntax<String> clientIdPrefix() {
    int room = ("-" + Integer.MAX_VALUE).length();
    return mqttString(65_535 - room);
  }

  private static Syntax<Secret> secret() {
    Syntax<String> any = text();
    return new Syntax<>(any.accepted(), text -> new Secret(any.read(text)));
  }

  /** Section 3.1.3.6: binary data, its length in two bytes. */
  private static Syntax<Secret> password() {
    return secret()
        .checked(
            password ->
                password.revealUtf8().length <= 65_535
                    ? Optional.empty()
                    : Optional.of("is longer than 65535 bytes of UTF-8"))
        .described("text of up to 65535 bytes of UTF-8");
  }

  private static Syntax<StoreType> storeType() {
    return oneOf(StoreType.class, StoreType::name);
  }

  private static Syntax<Boolean> endpointIdentification() {
    return new Syntax<>(
        "`https`, or an empty text",
        text -> {
          if (!text.isBlank() && !text.strip().equalsIgnoreCase("https")) {
            throw new IllegalArgumentException("is neither");
          }
          return !text.isBlank();
        });
  }

  private static Syntax<Duration> sessionExpiry() {
    String max = "4294967295s";
    return wholeSeconds("0s", max)
        .checked(
            expiry ->
                expiry.isZero()
                    ? Optional.of(
                        "lets the broker drop a member's messages with every lost connection, so"
                            + " that QoS 1 and 2 keep no promise")
                    : Optional.empty())
        .described(wholeSeconds("1s", max).accepted());
  }
}
