// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.error;

/**
 * A condition that stops the connector, or that a user must know of. Each error begins with the
 * name of its condition in brackets, so that a user can search for it and a program can match it.
 * The page {@code docs/errors.md} is made from these declarations.
 */
public enum ErrorCondition {

  // Options

  MQTT_UNKNOWN_OPTION(
      "An option has a name that the connector does not know.",
      "Correct the name. The error gives the nearest known name and the whole list."),
  MQTT_MISSING_OPTION(
      "A required option is not given.", "Give the option. The error says what it accepts."),
  MQTT_INVALID_OPTION(
      "The value of an option is not accepted.", "Give a value that the error lists as accepted."),
  MQTT_CONFLICTING_OPTIONS(
      "Two options contradict each other.",
      "Change or remove one of the two options that the error names."),
  MQTT_INVALID_OPTIONS(
      "Several options are wrong. The error lists each problem in a line with a condition of its own.",
      "Correct each line."),
  MQTT_SPARK_VERSION(
      "The query runs on a Spark that is older than 3.5.", "Run it on Spark 3.5 or later."),
  MQTT_SCHEMA_NOT_SUPPORTED(
      "A query, a read of a table or `CREATE TABLE` gives other columns than this format or the table has.",
      "Remove `schema(…)` or the columns, and select those that you need."),
  MQTT_SPARKPLUG_COLUMNS(
      "The rows given to `Sparkplug.withNames` lack `topic` or `payload` (binary), or have the column `sparkplug`, which it adds.",
      "Give it the rows of the source, with `payloadType=binary`, and no column `sparkplug`."),
  MQTT_STORE_DIR_REQUIRED(
      "The stores cannot lie in the checkpoint: executors run on other hosts, or the checkpoint is not on a local disk.",
      "Set `storeDir` to a directory on a durable disk of each host that runs executors."),
  MQTT_TLS_FILE_UNUSABLE(
      "A file of certificates or keys cannot be read or does not hold what it should.",
      "Do what the error says about the file. It must be on every host."),
  MQTT_REAL_TIME_OPTION(
      "An option has no meaning with `Trigger.RealTime`.",
      "Remove the option, or use `Trigger.ProcessingTime`. For `ackMode`, take `stored`."),
  MQTT_REAL_TIME_SLOTS(
      "`Trigger.RealTime` needs a task slot for each partition at the same time, and there are fewer.",
      "Give the application more cores, or start a new query with fewer `partitions`."),
  MQTT_JAR_OF_ONE_SESSION(
      "The connector's jar came with `addArtifacts`, for one Spark Connect session. Its receivers outlive sessions.",
      "Start the Connect server with `--jars` and the connector's jar, and leave `addArtifacts` out."),

  // Checkpoint

  MQTT_SOURCE_ALREADY_RUNNING(
      "Another query, of this application or of another one, runs on the same checkpoint.",
      "Stop the other query first."),
  MQTT_CHECKPOINT_INCOMPATIBLE(
      "An option that is fixed at the first start has another value than the checkpoint.",
      "Give the option its former value, or start a new query with another `checkpointLocation`."),
  MQTT_CHECKPOINT_DAMAGED(
      "A file of the source in the checkpoint is not what the connector wrote.",
      "Restore the checkpoint from a copy, or start a new query with another `checkpointLocation`."),
  MQTT_CHECKPOINT_VERSION(
      "A newer release of the connector wrote the checkpoint.",
      "Run the release that wrote it, or a newer one."),
  MQTT_CHECKPOINT_UNREADABLE(
      "The file system of the checkpoint cannot be read or written.",
      "Check the file system and its permissions, and start the query again."),
  MQTT_OFFSET_INVALID(
      "Spark gave an offset that this source cannot have written.",
      "Use the checkpoint of this query. Do not edit its logs by hand."),

  // Broker

  MQTT_BROKER_UNREACHABLE(
      "The network connection to the broker cannot be made.",
      "Check `brokerUrl`, and check that the broker runs and can be reached from each executor."),
  MQTT_TLS_FAILED(
      "The TLS handshake fails: a certificate is refused, or the port is one without TLS.",
      "Follow the advice of the error. [docs/networks.md](networks.md) has the cases."),
  MQTT_WEBSOCKET_REFUSED(
      "The server does not open a WebSocket.",
      "Follow the advice beside the HTTP status: check path, query and headers, or the port."),
  MQTT_CONNECTION_REFUSED(
      "The broker refuses the connection in CONNACK with a reason code.",
      "Follow the advice beside the reason code."),
  MQTT_CONNECTION_LOST(
      "The connection ended without DISCONNECT. The member connects again.",
      "Nothing, if it happens rarely. Otherwise look at the network and at the broker's log."),
  MQTT_DISCONNECTED_BY_BROKER(
      "The broker ended the connection with DISCONNECT and a reason code. The member connects again.",
      "Follow the advice beside the reason code."),
  MQTT_BROKER_SILENT(
      "The broker did not answer CONNECT or SUBSCRIBE within `connectTimeout`.",
      "Look at the broker's load, or raise `connectTimeout`."),
  MQTT_MALFORMED_PACKET(
      "The broker sent bytes that MQTT 5 does not allow. The member closes the connection and connects again.",
      "Report the packet to the maker of the broker or of the publisher."),
  MQTT_SESSION_TAKEN_OVER(
      "Another client connected with the same client identifier.",
      "Stop the other query on this checkpoint, or give each query a `clientIdPrefix` of its own."),
  MQTT_CLIENT_IDS_IN_USE(
      "Another source of this application has the same client identifiers.",
      "Give each source of each query a `clientIdPrefix` of its own."),
  MQTT_SHARED_SUBSCRIPTIONS_UNAVAILABLE(
      "The broker has no shared subscriptions.",
      "Switch them on in the broker, or use a broker that has them."),
  MQTT_WILDCARDS_UNAVAILABLE(
      "The broker has no wildcard subscriptions, but `topics` holds a wildcard.",
      "Give topic filters without wildcards, or switch wildcards on in the broker."),
  MQTT_SUBSCRIPTION_REFUSED(
      "The broker refuses a topic filter in SUBACK.",
      "Check the topic filter and the broker's access rules."),
  MQTT_UNSUBSCRIPTION_REFUSED(
      "The broker refuses to end a subscription in UNSUBACK.", "Check the broker's access rules."),
  MQTT_QOS_NOT_GRANTED(
      "The broker grants a lower QoS than `qos` asks for.",
      "Set `qos` to what the broker grants and accept its guarantee, or raise the broker's maximum."),
  MQTT_MEMBER_FAILED(
      "A member stopped because of an unexpected error.", "Report the error with its stack trace."),
  MQTT_CREDENTIALS_UNAVAILABLE(
      "There are no credentials to connect with: the file of `passwordFile` cannot be used, the token endpoint gives no token, or the class of `credentialsProvider` fails.",
      "Follow the advice of the error. Once a member has been connected, it asks again with growing pauses."),
  MQTT_AUTHENTICATION_FAILED(
      "Enhanced authentication (`authenticationMethod`) fails on the broker's side: the broker does not prove that it knows the password, or asks for more than the member has.",
      "Check that the broker offers this method, and that `brokerUrl` names the right broker."),

  // Store

  MQTT_STORE_FULL(
      "A store has reached `storeMaxBytes`. The member leaves the broker, which keeps the messages.",
      "Let the query catch up, or raise `storeMaxBytes`."),
  MQTT_MESSAGE_TOO_LARGE(
      "One message is larger than a store or the heap of its JVM accepts. The message stays at the broker.",
      "Raise `storeMaxBytes` or the memory of the executors to what the error says."),
  MQTT_DEAD_LETTER_DIR_UNUSABLE(
      "A file cannot be written to the directory of `deadLetterDir`.",
      "Check on that host that the directory can be written to and that its disk has room."),
  MQTT_STORE_FENCED(
      "Another process has opened the store of this partition. This process acknowledges nothing more.",
      "In local mode: another query runs on this checkpoint, so stop one of the two. In a cluster: nothing, because the partition has moved to another executor. If it happens again and again, look for another query on this checkpoint."),
  MQTT_STORE_DAMAGED(
      "The disk does not hold what was written.",
      "Restore the store from a copy. Or move its directory away and start with `failOnDataLoss=false`: what it held is lost."),
  MQTT_STORE_FOREIGN(
      "The store belongs to another source or another partition.",
      "Set `storeDir` to the directory that belongs to this checkpoint, or to an empty one."),
  MQTT_STORE_OUTDATED(
      "The store is older than the checkpoint: it would give offsets again.",
      "Restore the newer store. Or move this one away and start with `failOnDataLoss=false`."),
  MQTT_STORE_IN_USE(
      "The store is open in this JVM already.",
      "Stop the query that uses it, or wait until its last reader has ended."),
  MQTT_STORE_UNUSABLE(
      "The store cannot be opened, read or written now.",
      "Check that its disk is there, is writable and has room."),
  MQTT_STORE_LIBRARY_MISSING(
      "LMDB cannot be loaded into the JVM.",
      "Start the JVM with the `--add-opens` and `--add-exports` that the error names, and with a `java.io.tmpdir` from which programs may run."),
  MQTT_STORE_VERSION(
      "Another release of the connector wrote the store in another format.",
      "Run the release that wrote it."),
  MQTT_BLOCK_CORRUPT(
      "The bytes of a block are not what was written.",
      "Restore the store from a copy, or skip the messages with `failOnDataLoss=false`."),
  MQTT_OFFSETS_NOT_HELD(
      "A task asks for offsets that the store does not hold.",
      "Skip them with `failOnDataLoss=false`."),
  MQTT_STORE_MISSING(
      "A store that the query had is not there any more.",
      "Restore the store from a copy, or start with `failOnDataLoss=false`."),
  MQTT_STORE_REPLACED(
      "A task asks for offsets that only a lost store held.",
      "With `ackMode=stored` they are lost: skip them with `failOnDataLoss=false`."),
  MQTT_OFFSETS_LOST(
      "Spark plans offsets that no store holds any more.",
      "Restore the store from a copy, or skip them with `failOnDataLoss=false`."),

  // Cluster

  MQTT_NODE_UNREACHABLE(
      "A node does not answer. The task tries again.",
      "Look at the executor and at the network, if it lasts."),
  MQTT_NODE_FAILED("A node answered with an error.", "Look at the log of that executor."),
  MQTT_PARTITION_ALREADY_HOSTED(
      "A node was asked to host a partition that it hosts already.",
      "Stop the other query that runs on this checkpoint."),
  MQTT_PARTITION_NOT_HOSTED(
      "A node was asked about a partition that it does not host, or no node hosts the partition now.",
      "Nothing, if it happens rarely: the partition is moving."),
  MQTT_LEASE_EXPIRED(
      "The driver was silent for too long, or a clock of the node's host has jumped. The node has given the partition up.",
      "Look for long pauses of the driver, for a broken network, and for a suspended host."),
  MQTT_FRAME_INVALID(
      "Bytes on the wire between driver and nodes are not a frame of this release.",
      "Use one release of the connector on driver and executors."),
  MQTT_RPC_SETTINGS_UNREADABLE(
      "Spark's settings for TLS between its processes, `spark.ssl.rpc`, cannot be read.",
      "Correct the setting that the cause names."),
  MQTT_START_STOPPED(
      "The query was stopped while its members connected.", "Start the query again."),

  // Sink

  MQTT_SINK_SCHEMA_INVALID(
      "The rows that a query writes have a column that the sink does not know, lack one that it needs, or have one of the wrong type.",
      "Select the columns that the error lists, and cast them to the types that it gives."),
  MQTT_ROW_INVALID(
      "A row cannot become a message: its topic, its payload or one of its properties is not what MQTT 5 or the broker allows.",
      "Correct or filter the row that the error names."),
  MQTT_ROW_REFUSED(
      "The broker refuses a message in PUBACK or PUBREC with a reason code.",
      "Follow the advice beside the reason code."),
  MQTT_CONFIRMATION_MISSING(
      "The broker is connected, but confirms no message for longer than `connectTimeout`.",
      "Look at the broker's load, or raise `connectTimeout`."),
  MQTT_SENDER_FAILED(
      "A sender stopped because of an unexpected error.", "Report the error with its stack trace."),

  // Query

  MQTT_NO_STORED_SOURCE(
      "A batch read finds no source of this format in `sourceCheckpoint`, or several.",
      "Give the `checkpointLocation` of a query that has been started with this source, and `sourceName` if it has several."),
  MQTT_STORE_ELSEWHERE(
      "A batch read needs a store that lies on another host, or on a host that is not known.",
      "Read in the application of the running query, or in local mode on the host of the stores."),
  MQTT_SESSIONS_NOT_ENDED(
      "A session of a checkpoint that is given up cannot be ended.",
      "Repeat the call when the broker can be reached, with the options that the query connects with."),
  MQTT_STORES_LEFT(
      "A checkpoint is given up, and its sessions have ended, but hosts with stores of it run no executor.",
      "Repeat the call with executors on these hosts, or remove the directory that the error names there."),
  MQTT_READ_REFUSED(
      "`spark.read` and `spark.readStream` were given each other's options.",
      "Use `spark.read` with `sourceCheckpoint`, and `spark.readStream` with `brokerUrl` and `topics`."),
  MQTT_TRIGGER_NOT_SUPPORTED(
      "The query has a trigger that this source does not support.",
      "Use the trigger that the error names: `Trigger.AvailableNow` instead of `Trigger.Once`."),
  MQTT_DRAIN_STALLED(
      "`Trigger.AvailableNow` cannot find its end: a member stays without a connection to its broker.",
      "Start the run again when the broker is back. What is not yet received stays with the broker."),
  MQTT_METRICS_PORT_UNAVAILABLE(
      "The port of `metricsPort` cannot be opened.",
      "Give each query a port of its own that no other process uses, and an address of the driver's host.");

  private final String cause;
  private final String remedy;

  ErrorCondition(String cause, String remedy) {
    this.cause = cause;
    this.remedy = remedy;
  }

  /** What has happened, in Markdown. */
  public String cause() {
    return cause;
  }

  /** What a user can do about it, in Markdown. */
  public String remedy() {
    return remedy;
  }

  /** The text of an error: this condition in brackets, then {@code text}. */
  public String message(String text) {
    return "[" + name() + "] " + text;
  }

  /** Whether the message of an error begins with this condition. */
  public boolean isOf(Throwable error) {
    return String.valueOf(error.getMessage()).startsWith(message(""));
  }
}
