// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import java.time.Duration;

/**
 * How long silence may last between driver and node.
 *
 * <p>A node that has not been asked anything for {@link #LIMIT} stops its receivers, acknowledges
 * nothing more, and does not take the run up again. A driver that has had no answer for {@link
 * #SUSPECT} asks that node nothing more: its partitions may go to another executor of the same host
 * at once, for the store itself fences the old holder; and to a new store only behind {@link
 * #FENCED}.
 */
public final class ClusterTimeouts {

  public static final Duration LIMIT = Duration.ofSeconds(10);
  public static final Duration SUSPECT = Duration.ofSeconds(6);

  /**
   * When a node that the driver has lost has no lease any more, whatever it reads. The driver's
   * last question may reach it late, in a JVM that was paused: just before its lease runs out,
   * which was renewed when the driver lost it, at the latest. From then on it lasts once more.
   */
  public static final Duration FENCED = LIMIT.multipliedBy(2);

  /** How long a node keeps a question for its status that has nothing new to answer. */
  public static final Duration LONG_POLL = Duration.ofSeconds(2);

  private ClusterTimeouts() {}
}
