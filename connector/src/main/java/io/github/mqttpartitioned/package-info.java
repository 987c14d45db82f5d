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
 *    │         trim once a later batch is durably planned
 *    ▼
 *  Spark       rows
 * </pre>
 *
 * <p>Beside that line stand {@code node}, which owns the receivers and stores of one JVM, and
 * {@code coordinator}, which knows on the driver who holds which partition and how far it is. In
 * local mode there is one node, in the driver's JVM, and the two meet without a socket.
 *
 * <h2>Which package may know which</h2>
 *
 * <pre>
 *  model ← block ← store ← receiver
 *  model ← coordinator
 *  receiver, store, block, coordinator ← node
 *  model ← option
 *  node, coordinator, store, block, option ← source
 * </pre>
 *
 * <p>Spark is known to {@code source} alone, Paho to one class of {@code receiver}, LMDB to {@code
 * store}. {@code ArchitectureTest} holds all of this.
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
