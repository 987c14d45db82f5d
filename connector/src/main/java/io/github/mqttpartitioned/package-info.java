// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT as a parallel, replayable source of Spark, and as a sink. The page {@code
 * docs/architecture.md} says more; this is what a reader of the code needs first.
 *
 * <h2>The path of a message</h2>
 *
 * <pre>
 *  MQTT 5 broker(s)                                          ▲ PUBLISH, until it is confirmed
 *    │  $share/&lt;group&gt;/&lt;filter&gt;: one of N members gets each  │
 *    ▼                                                       │
 *  mqtt       transports, session, wire grammar, credentials: both ways
 *    ▼                                                       ▲
 *  receiver   one per partition: packets → blocks;          sender   packets of many rows in one
 *    │        acknowledged only when durable                 ▲        write, in flight until
 *    ▼                                                       │        they are confirmed
 *  store      one LMDB environment per partition:            │
 *    │        one write transaction per group commit         │
 *    ▼                                                       │
 *  block      columns of one append: the same bytes          │
 *    │        on disk, on the wire and under Spark           │
 *    ▼                                                       │
 *  spark.stream     micro-batches: [from, until)            spark.sink   rows → packets
 *                   of each partition
 *  spark.realtime   rows as soon as they are stored
 *  spark.batch      what a query has stored, as a table
 *    ▼                                                       ▲
 *  rows                                                     rows
 * </pre>
 *
 * <p>Beside this path: {@code cluster} decides which node hosts which partition, knows how far each
 * partition is, and serves blocks to tasks on other executors. {@code metrics} reads counters and
 * serves them. {@code option} parses the user's options. {@code error} declares the errors. {@code
 * sparkplug} reads the payloads of Sparkplug B.
 *
 * <h2>Which package may know which</h2>
 *
 * <p>A package knows only packages of the rows below its own. {@code docs/architecture.md} has the
 * exact table, and {@code ArchitectureTest} holds the classes to it.
 *
 * <pre>
 *  spark                the table that format("mqtt-partitioned") gives Spark
 *  spark.sessions       what ends when a checkpoint is given up
 *  spark.batch          spark.realtime
 *  spark.stream         spark.sink
 *  spark.executor       spark.checkpoint   spark.stream.plan   spark.sparkplug
 *  spark.read           spark.compat       sparkplug
 *  spark.vector         cluster.node
 *  cluster.rpc
 *  cluster.coordinator  metrics
 *  cluster              receiver           sender
 *                       receiver.inbound
 *                       store
 *                       store.lmdb
 *  option               block
 *  mqtt.credentials
 *  mqtt
 *  mqtt.pem             mqtt.websocket     error
 * </pre>
 *
 * <p>Spark is known to {@code spark} and its sub-packages; its network library also to {@code
 * cluster.rpc}. Spark's private classes are known to {@code spark.executor} and {@code
 * spark.compat}, Paho to {@code mqtt}, LMDB to {@code store} and {@code store.lmdb}, Micrometer to
 * {@code metrics}.
 *
 * <h2>Words</h2>
 *
 * <dl>
 *   <dt>partition
 *   <dd>A numbered log, kept as long as the query.
 *   <dt>member
 *   <dd>One MQTT session with a client id of its own, one per partition. A <i>receiver</i> drives
 *       it.
 *   <dt>retired partition
 *   <dd>Its member receives nothing new. Its log is read to the end.
 *   <dt>sender
 *   <dd>The MQTT session of one task of the sink.
 *   <dt>block
 *   <dd>The messages of one append.
 *   <dt>offset
 *   <dd>The number of a message in its partition, from 0, without gaps. A <i>range</i> {@code
 *       [from, until)} of offsets is what Spark reads.
 *   <dt>commit
 *   <dd>Spark's commit of a batch. A <i>group commit</i> is the store's.
 *   <dt>trim
 *   <dd>To drop blocks that are wholly below an offset.
 *   <dt>epoch
 *   <dd>A number that a store gets each time that a node opens it to write. A later one
 *       <i>fences</i> the node before: it can write nothing more.
 *   <dt>generation
 *   <dd>The number of a partition's store. It grows when a lost store is replaced.
 * </dl>
 */
@NullMarked
package io.github.mqttpartitioned;

import org.jspecify.annotations.NullMarked;
