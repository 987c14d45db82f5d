// SPDX-License-Identifier: Apache-2.0
/**
 * The first half of the data plane: one member of the shared subscription per partition.
 *
 * <p>Two threads share the work. The <i>wire thread</i> (in {@link
 * io.github.mqttpartitioned.receiver.inbound.PacketReader}) turns packets into batches. The
 * <i>receiver thread</i> ({@link io.github.mqttpartitioned.receiver.Receiver}) takes batches,
 * appends them in one write transaction, then acknowledges them in one write. While it waits for
 * the disk, the next batches grow; {@link io.github.mqttpartitioned.receiver.inbound.Linger} lets a
 * few messages wait for more. {@link io.github.mqttpartitioned.receiver.inbound.Inbox} is all that
 * the two threads share. A {@link io.github.mqttpartitioned.receiver.MemberConnection} is one
 * connection of the member, from CONNECT to its end.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
