// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.time.Duration;

/**
 * The time limits of the control plane that depend on each other. A limit that follows from another
 * one is computed from it, and a test holds their order. How often a loop looks is no limit, and
 * stays where the loop is.
 *
 * <p>The order rests on one rule: a partition gets a new host only after the former host can no
 * longer act for it. On the same host the store itself fences the former process, so the partition
 * moves as soon as the driver has lost the node. Elsewhere the driver waits for {@link #FENCED}.
 */
public final class ClusterTimeouts {

  /**
   * How long a node acts for a source without a request from the driver. Then it stops its
   * receivers, acknowledges nothing more, and does not take the run up again.
   */
  public static final Duration LEASE = Duration.ofSeconds(10);

  /**
   * After this time without an answer the driver gives a node up and asks it nothing more. Shorter
   * than the lease: a node that has lost its lease is already lost for the driver.
   */
  public static final Duration SUSPECT = LEASE.multipliedBy(3).dividedBy(5);

  /**
   * After this time a node that the driver has lost has no lease, whatever it reads. The driver's
   * last request may reach a node late that was paused. The node reads it at the latest when its
   * lease is about to end, and that request renews the lease once more.
   */
  public static final Duration FENCED = LEASE.multipliedBy(2);

  /**
   * How long a node keeps a poll that has nothing new to answer. One lost answer does not make the
   * node suspect.
   */
  public static final Duration LONG_POLL = SUSPECT.dividedBy(3);

  /** How often a node checks its leases and the polls that wait. */
  public static final Duration LEASE_CHECK = LONG_POLL.dividedBy(4);

  /** How long a connection to a node may take. A node that cannot be reached becomes suspect. */
  public static final Duration CONNECT = SUSPECT.minusSeconds(1);

  /** How long a node waits for the receivers of the partitions that it gives back. */
  public static final Duration STOP = Duration.ofSeconds(30);

  /** How long the driver waits for a node that gives partitions back. */
  public static final Duration RELEASE = STOP.plus(LEASE);

  /** How long one attempt to start a node in an executor may take. */
  public static final Duration START = Duration.ofSeconds(20);

  /** How long a query waits for its first nodes before it goes on with those that there are. */
  public static final Duration FIRST_NODES = START.plus(LEASE);

  /** How long a node tries to open a store that no process uses: a disk may come back. */
  public static final Duration OPEN_STORE = LEASE.multipliedBy(2);

  /**
   * How long a task waits for its partition at least: until the driver has lost a node, the node is
   * fenced, and another node has opened the store.
   */
  public static final Duration MOVE = SUSPECT.plus(FENCED).plus(OPEN_STORE);

  /** How long a task waits for a block. A node reads a block from disk, and answers in turn. */
  public static final Duration FETCH = FENCED.plus(LEASE);

  /** How long Prometheus waits for a scrape by default. */
  static final Duration PROMETHEUS = Duration.ofSeconds(10);

  /** How long the endpoint waits for all nodes together. */
  public static final Duration SCRAPE = Duration.ofSeconds(3);

  /** How long a node may take to tell its meters, for the next scrape if not for this one. */
  public static final Duration NODE_SCRAPE = PROMETHEUS.dividedBy(2);

  private ClusterTimeouts() {}
}
