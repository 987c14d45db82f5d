// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.Option.option;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.clientIdPrefix;
import static io.github.mqttpartitioned.option.syntax.ConnectionSyntax.sessionExpiry;
import static io.github.mqttpartitioned.option.syntax.Quantity.duration;
import static io.github.mqttpartitioned.option.syntax.Syntax.mqttString;
import static io.github.mqttpartitioned.option.syntax.Syntax.trueOrFalse;
import static io.github.mqttpartitioned.option.syntax.Syntax.wholeNumber;

import io.github.mqttpartitioned.option.settings.TopicTemplate;
import io.github.mqttpartitioned.option.syntax.Syntax;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All options of the sink, in the order of the second table in {@code docs/options.md}: those of
 * its own, then those of the source that are about the connection.
 */
final class DeclaredSinkOptions {

  static final Option<TopicTemplate> TOPIC =
      option(
              "topic",
              new Syntax<>(
                  "a topic, or a template such as `alerts/{hall}/{device}` with columns of the row",
                  text -> TopicTemplate.of(mqttString().read(text))),
              "Topic of all rows. A column `topic` has no effect beside it")
          .otherwise("the column `topic`");

  static final Option<Integer> QOS =
      option(
              "qos",
              wholeNumber(0, 2).described("0, 1 or 2"),
              "QoS of rows without a value in a column `qos`")
          .defaultsTo("1");

  static final Option<Boolean> RETAINED =
      option(
              "retained",
              trueOrFalse(),
              "Whether the broker retains rows without a value in a column `retained`")
          .defaultsTo("false");

  static final Option<Integer> MAX_IN_FLIGHT =
      option(
              "maxInFlight",
              wholeNumber(1, 65_535),
              "Maximum number of unconfirmed QoS 1 and QoS 2 messages of one task")
          .otherwise("the broker's Receive Maximum, at most 65535");

  static final Option<Duration> LINGER =
      option(
              "linger",
              duration("0s", "1m"),
              "Maximum wait of a row for others that are sent with it")
          .defaultsTo("5ms");

  static final Option<Boolean> DEDUPLICATION_PROPERTIES =
      option(
              "deduplicationProperties",
              trueOrFalse(),
              """
              Adds the user properties `mqp-query`, `mqp-epoch`, `mqp-partition` and `mqp-row`, \
              by which a consumer can drop repeated messages""")
          .defaultsTo("false");

  static final Option<String> CLIENT_ID_PREFIX =
      option(
              "clientIdPrefix",
              clientIdPrefix(),
              """
              Senders connect with the client identifier `<prefix>-<executor>-<n>`; each \
              application needs a prefix of its own""")
          .otherwise("derived from the streaming query, or from the driver for batch writes");

  static final Option<Duration> SESSION_EXPIRY =
      option(
              "sessionExpiry",
              sessionExpiry(),
              "How long the broker keeps the session of a sender that has lost its connection")
          .otherwise("twice `connectTimeout`, for each URL of a cluster");

  static final Option<Duration> CONNECT_TIMEOUT =
      option(
              "connectTimeout",
              duration("100ms", "1h"),
              """
              How long a broker may be away, refuse, or leave all messages of a new connection \
              unconfirmed, before the task fails; with `brokerMode=cluster`, for each URL. A \
              connection that confirms nothing for half of that is replaced""")
          .defaultsTo("30s");

  /** Those of its own. */
  private static final List<Option<?>> OWN =
      List.of(
          TOPIC,
          QOS,
          RETAINED,
          MAX_IN_FLIGHT,
          LINGER,
          DEDUPLICATION_PROPERTIES,
          CLIENT_ID_PREFIX,
          SESSION_EXPIRY,
          CONNECT_TIMEOUT);

  /** Those that mean the same as for the source. */
  private static final List<Option<?>> CONNECTION =
      List.of(
          DeclaredSourceOptions.BROKER_URL,
          DeclaredSourceOptions.BROKER_MODE,
          DeclaredSourceOptions.USERNAME,
          DeclaredSourceOptions.PASSWORD,
          DeclaredSourceOptions.PASSWORD_FILE,
          DeclaredSourceOptions.OAUTH_TOKEN_ENDPOINT,
          DeclaredSourceOptions.OAUTH_CLIENT_ID,
          DeclaredSourceOptions.OAUTH_CLIENT_SECRET,
          DeclaredSourceOptions.OAUTH_SCOPE,
          DeclaredSourceOptions.AUTHENTICATION_METHOD,
          DeclaredSourceOptions.CREDENTIALS_PROVIDER,
          DeclaredSourceOptions.TRUSTSTORE_LOCATION,
          DeclaredSourceOptions.TRUSTSTORE_PASSWORD,
          DeclaredSourceOptions.TRUSTSTORE_TYPE,
          DeclaredSourceOptions.KEYSTORE_LOCATION,
          DeclaredSourceOptions.KEYSTORE_PASSWORD,
          DeclaredSourceOptions.KEYSTORE_TYPE,
          DeclaredSourceOptions.KEYSTORE_KEY_LOCATION,
          DeclaredSourceOptions.ENDPOINT_IDENTIFICATION,
          DeclaredSourceOptions.ALPN,
          DeclaredSourceOptions.WEBSOCKET_HEADER,
          DeclaredSourceOptions.KEEP_ALIVE);

  /** All options. */
  static final List<Option<?>> ALL = all();

  private DeclaredSinkOptions() {}

  private static List<Option<?>> all() {
    List<Option<?>> all = new ArrayList<>(OWN);
    all.addAll(CONNECTION);
    return List.copyOf(all);
  }
}
