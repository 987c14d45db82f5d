// SPDX-License-Identifier: Apache-2.0
/**
 * Nodes over a socket: what the coordinator asks of a node, and what a task reads of a partition
 * that another node holds. Spark's own {@code spark-network-common} carries the frames, with
 * Spark's authentication and encryption; this is the only package that knows it.
 *
 * <p>Each question is one {@link io.github.mqttpartitioned.cluster.rpc.Request}, each answer one
 * {@link io.github.mqttpartitioned.cluster.rpc.Answer}. A node listens; driver and tasks connect to
 * it. Blocks travel one to an answer, as they lie on disk: their checksums are verified where they
 * are read.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.cluster.rpc;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
