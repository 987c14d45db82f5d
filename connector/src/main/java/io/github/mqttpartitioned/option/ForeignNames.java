// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

/** Names of options of other connectors, and what to use instead of them. */
final class ForeignNames {

  static final Hint.Book HINTS =
      new Hint.Book()
          .use(
              DeclaredSourceOptions.BROKER_URL,
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
              DeclaredSourceOptions.BROKER_URL,
              "load takes one path. Put all URLs into it, separated by commas.",
              "paths")
          .use(
              DeclaredSourceOptions.TOPICS,
              "It takes one or more topic filters, separated by commas.",
              "topic",
              "topicFilter",
              "subscribe",
              "subscribePattern")
          .use(
              DeclaredSourceOptions.PARTITIONS,
              "The checkpoint keeps it from the first start on.",
              "numPartitions",
              "minPartitions",
              "parallelism")
          .use(
              DeclaredSourceOptions.GROUP,
              "It is the share name of the shared subscription.",
              "groupId",
              "kafka.group.id",
              "groupIdPrefix",
              "shareName",
              "sharedSubscription")
          .use(
              DeclaredSourceOptions.CLIENT_ID_PREFIX,
              "Each partition has a session of its own: partition p connects as <prefix>-<p>.",
              "clientId",
              "client.id")
          .use(
              DeclaredSourceOptions.USERNAME, "It belongs to the option password.", "user", "login")
          .use(
              DeclaredSourceOptions.PASSWORD,
              "A token is a password, too.",
              "token",
              "jwt",
              "accessToken")
          .use(
              DeclaredSourceOptions.PASSWORD_FILE,
              "It is read anew at each connect.",
              "passwordPath")
          .use(
              DeclaredSourceOptions.OAUTH_TOKEN_ENDPOINT,
              "It belongs to oauth.clientId and oauth.clientSecret.",
              "tokenEndpoint",
              "tokenUrl",
              "sasl.oauthbearer.token.endpoint.url")
          .use(
              DeclaredSourceOptions.AUTHENTICATION_METHOD,
              "It is the Authentication Method of MQTT 5.",
              "authMethod",
              "sasl.mechanism")
          .use(
              DeclaredSourceOptions.CREDENTIALS_PROVIDER,
              "The class implements CredentialsProvider.",
              "credentialsProviderClass",
              "sasl.login.callback.handler.class")
          .use(
              DeclaredSourceOptions.KEEP_ALIVE,
              "It takes a duration such as 60s.",
              "keepAliveInterval")
          .use(
              DeclaredSourceOptions.CONNECT_TIMEOUT,
              "It takes a duration such as 30s.",
              "connectionTimeout")
          .use(
              DeclaredSourceOptions.SESSION_EXPIRY,
              "It takes a duration such as 7d.",
              "sessionExpiryInterval")
          .use(DeclaredSourceOptions.RECEIVE_MAXIMUM, "It applies to each member.", "maxInflight")
          .use(
              DeclaredSourceOptions.STORE_DIR,
              "Messages are always kept on disk before they are acknowledged.",
              "persistence",
              "localStorage")
          .use(
              DeclaredSourceOptions.DEAD_LETTER_DIR,
              "Each malformed message becomes a file there.",
              "badRecordsPath",
              "deadLetterQueue",
              "deadLetterTopic",
              "deadLetterPath")
          .remove(
              """
              Remove it: a member's session always outlives its connection, otherwise messages \
              would be lost. sessionExpiry says how long the broker keeps the session.""",
              "cleanSession",
              "cleanStart")
          .remove(
              "Remove it: a member always connects again, with a growing delay.",
              "autoReconnect",
              "automaticReconnect")
          .remove("Remove it: the version is always MQTT 5.", "mqttVersion")
          .remove(
              """
              Remove it: a new query reads what is published after its first start, and a \
              restarted query continues from its checkpoint.""",
              "startingOffsets",
              "endingOffsets",
              "startingTimestamp")
          .remove(
              "It belongs to the query: give it to writeStream, not to readStream.",
              "checkpointLocation");

  private ForeignNames() {}
}
