// SPDX-License-Identifier: Apache-2.0
/**
 * The data plane of the sink, the mirror of {@code receiver}: rows become PUBLISH packets in chunks
 * of bytes, and stay there until the broker has confirmed them.
 *
 * <p>Three threads share the work. The <i>writer</i> (a task of Spark) puts packets into the {@link
 * io.github.mqttpartitioned.sender.Outbox}. The <i>sender thread</i> ({@link
 * io.github.mqttpartitioned.sender.Sender}) connects, writes many packets with one write, and sends
 * again what was not confirmed when a connection ends. The <i>wire thread</i> (in {@link
 * io.github.mqttpartitioned.sender.ConfirmationReader}) takes the confirmations off the wire. The
 * outbox is all that they share. {@link io.github.mqttpartitioned.sender.SenderPool} keeps senders
 * for the next task.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
