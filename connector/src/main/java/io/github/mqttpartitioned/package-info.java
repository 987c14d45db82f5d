// SPDX-License-Identifier: Apache-2.0
/**
 * MQTT as a parallel, replayable source of Spark Structured Streaming.
 *
 * <h2>The way of a message</h2>
 *
 * <pre>
 *  MQTT 5 broker(s)
 *    │  $share/&lt;group&gt;/&lt;filter&gt;: the broker deals each message to one of N members
 *    ▼
 *  receiver    one per partition: wire → blocks being built;
 *    │         acknowledged only after the append is durable, or, with ackMode=processed, after
 *    │         its batch is complete
 *    ▼
 *  store       one LMDB environment per partition: offset → block, one write transaction per
 *    │         group commit
 *    ▼
 *  block       columns of one append: the same bytes on disk and under Spark's ColumnVectors
 *    │
 *    ▼
 *  source      plans N input partitions per micro-batch, reads [from, until) of each, allows a
 *    │         trim once a later batch is durably planned, or where a run begins with full stores
 *    ▼
 *  Spark       rows
 * </pre>
 *
 * <p>Beside that line stand {@code node}, which owns the receivers and stores of one JVM; {@code
 * coordinator}, which decides on the driver who holds which partition, and knows how far it is; and
 * {@code transport}, by which the two speak when they are not in one JVM, and by which a task reads
 * a partition that another node holds. In local mode there is one node, in the driver's JVM, and
 * they meet without a socket. {@code metrics} looks at what receivers, tasks and driver count
 * anyhow, and serves it to Prometheus.
 *
 * <h2>On a cluster</h2>
 *
 * <p>A small Spark job has each executor take the source on: it starts a node, which outlives the
 * job. From then on the driver asks each node how its partitions are; a node answers when something
 * is new, so that a batch starts within milliseconds and no job runs while idle. A node that is not
 * asked any more stops by itself: that is its lease. Its partitions may be given a new store only
 * when two leases are over, for a node that was paused may read a question late.
 *
 * <p>A store stays on its host, so a partition whose node is lost goes to another node of that
 * host, or waits for one. Each opening of a store takes a new epoch, within the store: whoever held
 * it before can write nothing more. A store that is given up for lost is replaced by one of another
 * <i>generation</i>, with a name of its own, so that the lost one does no harm should it turn up
 * again. Who holds what is in the checkpoint before a node is told.
 *
 * <h2>Which package may know which</h2>
 *
 * <pre>
 *  model ← block ← store ← receiver
 *  model ← coordinator
 *  block, coordinator ← transport
 *  receiver, model ← metrics
 *  receiver, store, block, coordinator, transport, metrics ← node
 *  model ← option
 *  node, transport, coordinator, metrics, store, block, option ← source
 * </pre>
 *
 * <p>Spark is known to {@code source} alone, but for its network library, which {@code transport}
 * knows; Paho to one class of {@code receiver}, LMDB to {@code store}, Micrometer to {@code
 * metrics}. {@code ArchitectureTest} holds all of this.
 *
 * <h2>Words</h2>
 *
 * <p>A <i>partition</i> is a numbered log, kept for as long as the query; its <i>member</i> is one
 * MQTT session with a client id of its own; a partition is <i>retired</i> when its member takes
 * nothing new and its log is read to the end; a <i>receiver</i> drives the member. A <i>block</i>
 * holds the messages of one append. An <i>offset</i> counts the messages of a partition from 0,
 * without gaps; a <i>range</i> {@code [from, until)} of them is what Spark reads. To <i>trim</i> is
 * to drop blocks that lie wholly below an offset. An <i>epoch</i> numbers the holders of a
 * partition's store: a later one fences the earlier. <i>Commit</i> is Spark's word for a batch that
 * is done.
 */
@NullMarked
package io.github.mqttpartitioned;

import org.jspecify.annotations.NullMarked;
