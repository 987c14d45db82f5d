// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes over a socket: what the coordinator asks of a node, and what a task reads of a partition
 * that another node hosts. Spark's own {@code spark-network-common} carries the frames, with
 * Spark's authentication and encryption; this is the only package that knows it.
 *
 * <p>Each message is a {@link io.github.mqttpartitioned.cluster.rpc.Frame}. A node listens; driver
 * and tasks connect to it. An answer carries one block with the bytes that lie on disk, and the
 * reader verifies their checksums.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
