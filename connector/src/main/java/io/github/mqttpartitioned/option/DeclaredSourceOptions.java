// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.CredentialOptions.authenticationMethod;
import static io.github.mqttpartitioned.option.CredentialOptions.className;
import static io.github.mqttpartitioned.option.CredentialOptions.notEmpty;
import static io.github.mqttpartitioned.option.CredentialOptions.tokenEndpoint;
import static io.github.mqttpartitioned.option.Option.option;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.brokers;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.clientIdPrefix;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.endpointIdentification;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.headerValue;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.password;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.protocols;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.secret;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.sessionExpiry;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.shareName;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.storeType;
import static io.github.mqttpartitioned.option.syntax.Quantity.duration;
import static io.github.mqttpartitioned.option.syntax.Quantity.size;
import static io.github.mqttpartitioned.option.syntax.Quantity.wholeSeconds;
import static io.github.mqttpartitioned.option.syntax.Syntax.absoluteLocalPath;
import static io.github.mqttpartitioned.option.syntax.Syntax.commaSeparated;
import static io.github.mqttpartitioned.option.syntax.Syntax.localPath;
import static io.github.mqttpartitioned.option.syntax.Syntax.mqttString;
import static io.github.mqttpartitioned.option.syntax.Syntax.oneOf;
import static io.github.mqttpartitioned.option.syntax.Syntax.port;
import static io.github.mqttpartitioned.option.syntax.Syntax.trueOrFalse;
import static io.github.mqttpartitioned.option.syntax.Syntax.wholeNumber;
import static io.github.mqttpartitioned.option.syntax.TopicColumnSyntax.topicColumns;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.mqtt.topic.TopicPattern;
import io.github.mqttpartitioned.option.settings.AckMode;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.option.settings.RetainHandling;
import io.github.mqttpartitioned.option.syntax.ConnectionSyntax;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All options of the source, in the order of the table in {@code docs/options.md}. */
final class DeclaredSourceOptions {

  private static final List<Option<?>> DECLARED = new ArrayList<>();

  // Brokers and topics

  public static final Option<List<BrokerUrl>> BROKER_URL =
      declare(
          option(
                  "brokerUrl",
                  brokers(),
                  """
                  Brokers; `load("tcp://…")` gives the same option. Partition p connects to URL \
                  number p mod count. `mqtt://` and `mqtts://` mean `tcp://` and `ssl://`. \
                  `ws://` and `wss://` take a path, by default `/mqtt`, and a query, which is \
                  never shown""")
              .required()
              .hiddenWhere(text -> text.contains("@") || text.contains("?")));

  public static final Option<BrokerMode> BROKER_MODE =
      declare(
          option(
                  "brokerMode",
                  oneOf(BrokerMode.class, mode -> mode.name().toLowerCase(Locale.ROOT)),
                  """
                  `independent`: each URL is a broker of its own, and a client stays with it. \
                  `cluster`: the URLs lead to one broker, and a client connects to any that \
                  answers""")
              .defaultsTo("independent"));

  public static final Option<List<BrokerUrl>> FORMER_BROKER_URL =
      declare(
          option(
                  "formerBrokerUrl",
                  brokers(),
                  """
                  `brokerUrl` as the checkpoint has it, after a broker has got another name, port \
                  or transport: says that `brokerUrl` leads to the same broker with the same \
                  sessions. Without it, another `brokerUrl` is refused""")
              .hiddenWhere(text -> text.contains("@") || text.contains("?")));

  public static final Option<List<TopicFilter>> TOPICS =
      declare(
          option(
                  "topics",
                  commaSeparated(
                      """
                      comma-separated MQTT topic filters, such as `sensors/+/temperature` or \
                      `alarms/#`""",
                      TopicFilter::new),
                  "Topic filters that each member subscribes to")
              .required());

  public static final Option<List<TopicPattern>> TOPIC_COLUMNS =
      declare(
          option(
              "topicColumns",
              topicColumns(),
              """
              Adds a column for each named level of the topic, see [topics](topics.md). The first \
              pattern that matches counts. A column is null where no pattern matches, and where \
              the level does not parse"""));

  public static final Option<Integer> PARTITIONS =
      declare(
          option(
                  "partitions",
                  wholeNumber(1, Integer.MAX_VALUE),
                  """
                  Number of members of the shared subscription, of stores and of Spark's input \
                  partitions; at least the number of brokers. The checkpoint keeps it. Another \
                  number at a restart adds or retires partitions""")
              .otherwise("Spark's default parallelism at the first start"));

  public static final Option<String> GROUP =
      declare(
          option(
                  "group",
                  shareName(),
                  "Share name. Each member subscribes to `$share/<group>/<filter>`")
              .otherwise("derived, kept in the checkpoint"));

  public static final Option<String> CLIENT_ID_PREFIX =
      declare(
          option(
                  "clientIdPrefix",
                  clientIdPrefix(),
                  "Member p connects with the client identifier `<prefix>-<p>`")
              .otherwise("derived, kept in the checkpoint"));

  public static final Option<Integer> QOS =
      declare(
          option(
                  "qos",
                  wholeNumber(0, 2).described("0, 1 or 2"),
                  """
                  Maximum QoS, requested in SUBSCRIBE. If the broker grants less, the query \
                  fails""")
              .defaultsTo("1"));

  // Login and TLS

  public static final Option<String> USERNAME =
      declare(option("username", mqttString(), "User name for the brokers"));

  public static final Option<Secret> PASSWORD =
      declare(option("password", password(), "Password for the brokers").secret());

  public static final Option<String> PASSWORD_FILE =
      declare(
          option(
              "passwordFile",
              localPath(),
              """
              File that holds the password, on the driver's host and on each executor's. It is read \
              anew at each connect. One line break at its end is not part of the password"""));

  public static final Option<URI> OAUTH_TOKEN_ENDPOINT =
      declare(
          option(
              "oauth.tokenEndpoint",
              tokenEndpoint(),
              """
              OAuth 2 token endpoint for the client credentials grant. The token is the password, \
              or the authentication data where `authenticationMethod` is given. It is kept until \
              shortly before its end"""));

  public static final Option<String> OAUTH_CLIENT_ID =
      declare(option("oauth.clientId", notEmpty(), "OAuth 2 client id"));

  public static final Option<Secret> OAUTH_CLIENT_SECRET =
      declare(option("oauth.clientSecret", secret(), "OAuth 2 client secret").secret());

  public static final Option<String> OAUTH_SCOPE =
      declare(option("oauth.scope", notEmpty(), "OAuth 2 scopes, with spaces between them"));

  public static final Option<String> AUTHENTICATION_METHOD =
      declare(
          option(
              "authenticationMethod",
              authenticationMethod(),
              """
              Enhanced authentication of MQTT 5. `SCRAM-SHA-256` or `SCRAM-SHA-512` with user name \
              and password. Any other name, such as `OAUTH2-JWT`, with the password or token as \
              authentication data, which a member renews before it ends"""));

  public static final Option<String> CREDENTIALS_PROVIDER =
      declare(
          option(
              "credentialsProvider",
              className(),
              """
              Class of yours that implements `io.github.mqttpartitioned.CredentialsProvider`, on \
              the class path of driver and executors. It is asked at each connect"""));

  public static final Option<String> TRUSTSTORE_LOCATION =
      declare(
          option(
                  "ssl.truststore.location",
                  localPath(),
                  "Trust store: file with the certificates to trust, on every host")
              .otherwise("the trust store of the JVM"));

  public static final Option<Secret> TRUSTSTORE_PASSWORD =
      declare(option("ssl.truststore.password", secret(), "Password of the trust store").secret());

  public static final Option<StoreType> TRUSTSTORE_TYPE =
      declare(
          option("ssl.truststore.type", storeType(), "Type of the trust store")
              .otherwise(
                  """
                  by file ending (`.p12`, `.pfx`, `.pem`, `.crt`, `.cer`), else `PEM` where the \
                  file holds it, else `JKS`"""));

  public static final Option<String> KEYSTORE_LOCATION =
      declare(
          option(
              "ssl.keystore.location",
              localPath(),
              "Key store: file with the client's certificate and private key, on every host"));

  public static final Option<Secret> KEYSTORE_PASSWORD =
      declare(
          option(
                  "ssl.keystore.password",
                  secret(),
                  "Password of the key store; for `PEM`, of the encrypted private key")
              .secret());

  public static final Option<StoreType> KEYSTORE_TYPE =
      declare(
          option("ssl.keystore.type", storeType(), "Type of the key store")
              .otherwise("as for the trust store"));

  public static final Option<String> KEYSTORE_KEY_LOCATION =
      declare(
          option(
              "ssl.keystore.key.location",
              localPath(),
              """
              File with the client's private key, on every host, where `ssl.keystore.location` is \
              `PEM` and holds the certificates alone"""));

  public static final Option<Boolean> ENDPOINT_IDENTIFICATION =
      declare(
          option(
                  "ssl.endpoint.identification.algorithm",
                  endpointIdentification(),
                  """
                  Whether the broker's certificate must name the broker's host. An empty text \
                  turns the check off""")
              .defaultsTo("https"));

  public static final Option<List<String>> ALPN =
      declare(
          option(
              "ssl.alpn",
              protocols(),
              """
              Protocols to offer by ALPN. AWS IoT Core wants `x-amzn-mqtt-ca` or `mqtt` on port \
              443"""));

  public static final Option<Secret> WEBSOCKET_HEADER =
      declare(
          option(
                  "websocket.header.<name>",
                  headerValue(),
                  "A header of the handshake of `ws://` and `wss://`; its value is never shown")
              .secret()
              .family(ConnectionSyntax::headerNameFault));

  // Session

  public static final Option<Duration> KEEP_ALIVE =
      declare(
          option(
                  "keepAlive",
                  wholeSeconds("1s", "65535s"),
                  """
                  MQTT Keep Alive. The broker regards a member as lost after a silence of 1.5 \
                  times this duration""")
              .defaultsTo("60s"));

  public static final Option<Duration> CONNECT_TIMEOUT =
      declare(
          option(
                  "connectTimeout",
                  duration("100ms", "1h"),
                  "Maximum duration of one attempt to connect")
              .defaultsTo("30s"));

  public static final Option<Duration> SESSION_EXPIRY =
      declare(
          option(
                  "sessionExpiry",
                  sessionExpiry(),
                  """
                  How long the broker keeps messages for a member that is not connected; \
                  `4294967295s` means without limit""")
              .defaultsTo("7d"));

  public static final Option<RetainHandling> RETAIN_HANDLING =
      declare(
          option(
                  "retainHandling",
                  oneOf(RetainHandling.class, handling -> handling.name().toLowerCase(Locale.ROOT)),
                  """
                  `ignore`: retained messages are not asked for at SUBSCRIBE. MQTT 5 sends none for \
                  shared subscriptions, but some brokers do. `once`: where a broker sends them, \
                  one member takes them with the first subscription of the query""")
              .defaultsTo("ignore"));

  public static final Option<Integer> RECEIVE_MAXIMUM =
      declare(
          option(
                  "receiveMaximum",
                  wholeNumber(1, 65_535),
                  "Maximum number of unacknowledged QoS 1 and QoS 2 messages of one member")
              .defaultsTo("65535"));

  // Store

  public static final Option<String> STORE_DIR =
      declare(
          option(
                  "storeDir",
                  absoluteLocalPath(),
                  """
                  Directory for the stores (LMDB environments), on a durable disk of each host \
                  that runs executors""")
              .otherwise(
                  """
                  in the checkpoint, if driver and executors run on one machine and the checkpoint \
                  is a local path; otherwise required"""));

  public static final Option<Long> STORE_MAX_BYTES =
      declare(
          option(
                  "storeMaxBytes",
                  size("16m"),
                  """
                  Maximum disk space of one partition. When a store reaches it, the member \
                  leaves the broker, which keeps the messages""")
              .defaultsTo("10g"));

  public static final Option<Duration> LINGER =
      declare(
          option(
                  "linger",
                  duration("0s", "1s"),
                  """
                  Maximum wait of a message for others that share its fsync. `0s` stores what has \
                  arrived at once. While a task of `Trigger.RealTime` waits, no message does""")
              .defaultsTo("5ms"));

  public static final Option<String> DEAD_LETTER_DIR =
      declare(
          option(
                  "deadLetterDir",
                  absoluteLocalPath(),
                  """
                  Directory on each executor's host that gets a JSON file for each dead letter. A \
                  dead letter is a malformed message that the broker has sent twice: the member \
                  acknowledges it, and it makes no row""")
              .otherwise(
                  "none: a store keeps its newest dead letters, and a batch read with"
                      + " `includeDeadLetters` shows them"));

  public static final Option<AckMode> ACK_MODE =
      declare(
          option(
                  "ackMode",
                  oneOf(AckMode.class, mode -> mode.name().toLowerCase(Locale.ROOT)),
                  """
                  `stored`: a message is acknowledged when it is fsynced in LMDB. `processed`: \
                  it is acknowledged when Spark has committed the batch. Then a lost disk loses \
                  no message of QoS 1 or 2, and at most `receiveMaximum` messages of a member \
                  are unprocessed at a time""")
              .defaultsTo("stored"));

  public static final Option<Boolean> FAIL_ON_DATA_LOSS =
      declare(
          option(
                  "failOnDataLoss",
                  trueOrFalse(),
                  """
                  Whether the query fails if no store holds planned offsets any more. With \
                  `false`, it skips them with a warning and counts them in a metric""")
              .defaultsTo("true"));

  public static final Option<Duration> STORE_RECOVERY_TIMEOUT =
      declare(
          option(
                  "storeRecoveryTimeout",
                  duration("0s"),
                  """
                  On a cluster: how long a partition waits for the host of its store, while the \
                  other partitions continue. Then `failOnDataLoss` decides. If it is not given \
                  and `ackMode=processed`, the partition moves after some 26 s, and the broker \
                  delivers again what was not processed""")
              .defaultsTo("5m"));

  public static final Option<Duration> RETENTION =
      declare(
          option(
                  "retention",
                  duration("0s"),
                  """
                  How long processed messages are kept before they are trimmed, for a manual \
                  rewind""")
              .defaultsTo("0s"));

  // Micro-batches

  public static final Option<Long> MAX_OFFSETS_PER_TRIGGER =
      declare(
          option(
              "maxOffsetsPerTrigger",
              wholeNumber(1, Long.MAX_VALUE),
              "Maximum number of messages in one micro-batch, over all partitions"));

  public static final Option<Long> MIN_OFFSETS_PER_TRIGGER =
      declare(
          option(
              "minOffsetsPerTrigger",
              wholeNumber(1, Long.MAX_VALUE),
              """
              Minimum number of messages in one micro-batch. The query waits for them, but \
              no longer than `maxTriggerDelay`. With `ackMode=processed` it waits only as \
              long as messages arrive, because the broker's window may be used up"""));

  public static final Option<Long> MAX_BYTES_PER_TRIGGER =
      declare(
          option(
              "maxBytesPerTrigger",
              size("1b"),
              "Maximum number of bytes in one micro-batch, over all partitions; a soft limit"));

  public static final Option<Duration> MAX_TRIGGER_DELAY =
      declare(
          option(
                  "maxTriggerDelay",
                  duration("0s"),
                  "Maximum wait for `minOffsetsPerTrigger` messages")
              .defaultsTo("15m"));

  public static final Option<Duration> DRAIN_TIMEOUT =
      declare(
          option(
                  "drainTimeout",
                  duration("0s"),
                  """
                  With `Trigger.AvailableNow`: the run fixes its end offset when no message has \
                  arrived for this long. If messages keep arriving, it does so after \
                  `connectTimeout` and ten times this duration""")
              .defaultsTo("5s"));

  public static final Option<Boolean> INCLUDE_PROPERTIES =
      declare(
          option("includeProperties", trueOrFalse(), "Adds the columns of the MQTT 5 properties")
              .defaultsTo("false"));

  public static final Option<PayloadType> PAYLOAD_TYPE =
      declare(
          option(
                  "payloadType",
                  oneOf(PayloadType.class, type -> type.name().toLowerCase(Locale.ROOT)),
                  """
                  Type of the column `payload`. With `string` it is text in UTF-8, without a cast. A \
                  payload that is not UTF-8 is null, and counted in a metric""")
              .defaultsTo("binary"));

  public static final Option<InetSocketAddress> METRICS_PORT =
      declare(
          option(
              "metricsPort",
              port("127.0.0.1"),
              """
              Driver port of the Prometheus endpoint `/metrics`, which covers all nodes. \
              With 0, the system picks a free port, and the log names it. A port alone \
              listens on 127.0.0.1. With an address before it, everyone who can reach the \
              address can read the meters without authentication"""));

  /** All options. */
  public static final List<Option<?>> ALL = List.copyOf(DECLARED);

  private DeclaredSourceOptions() {}

  private static <T> Option<T> declare(Option<T> option) {
    DECLARED.add(option);
    return option;
  }
}
