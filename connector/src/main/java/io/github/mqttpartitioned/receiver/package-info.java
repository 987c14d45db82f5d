// SPDX-License-Identifier: Apache-2.0
/**
 * The data plane's first half: one member of the shared subscription per partition.
 *
 * <p>Two threads share the work. The <i>wire thread</i> (Paho's, in {@link
 * io.github.mqttpartitioned.receiver.PacketReader}) turns packets into batches. The <i>receiver
 * thread</i> ({@link io.github.mqttpartitioned.receiver.Receiver}) takes batches, appends them in
 * one write transaction, then acknowledges them in one write: while it waits for the disk, the next
 * batches grow, and {@link io.github.mqttpartitioned.receiver.Linger} has few messages wait for
 * more. {@link io.github.mqttpartitioned.receiver.Inbox} is all that they share. A {@link
 * io.github.mqttpartitioned.receiver.MemberConnection} is one connection of the member, from
 * CONNECT to its end.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
