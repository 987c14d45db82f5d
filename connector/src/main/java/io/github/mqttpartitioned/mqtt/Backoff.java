// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Gives the wait before the next connection. It follows how long connections live: the limit
 * doubles from 100 ms to 30 s, and begins again only after a connection that lived for a minute.
 * After one that lived for some seconds, the wait is at most a quarter of its life. So a link that
 * fails again and again makes fewer than 15 connections a minute, which is where brokers begin to
 * ban a client.
 *
 * <p>Each wait is random between half the limit and the limit, so that clients that lose their
 * broker together do not return together. Confined to one thread.
 */
public final class Backoff {

  /** The limit of the first wait. */
  public static final Duration FIRST = Duration.ofMillis(100);

  /** The limit of any wait. */
  public static final Duration LONGEST = Duration.ofSeconds(30);

  /** A connection that lived for this long has worked. */
  public static final Duration GOOD_LIFE = Duration.ofMinutes(1);

  /** A connection that lived for this long limits the wait after it. */
  public static final Duration FAIR_LIFE = Duration.ofSeconds(10);

  private final RandomGenerator random;
  private final Duration goodLife;
  private long nextMillis = FIRST.toMillis();

  /** Begins at the shortest wait. */
  public Backoff(RandomGenerator random) {
    this(random, GOOD_LIFE);
  }

  /**
   * @param goodLife after a connection that lived for this long, waits begin again
   */
  public Backoff(RandomGenerator random, Duration goodLife) {
    this.random = random;
    this.goodLife = goodLife;
  }

  /**
   * The wait before the next attempt.
   *
   * @param lived how long the last connection was usable; zero if it did not come about
   */
  public Duration next(Duration lived) {
    if (isGood(lived)) {
      reset();
    } else if (lived.compareTo(FAIR_LIFE) >= 0) {
      nextMillis = Math.min(nextMillis, lived.toMillis() / 4);
    }
    long half = nextMillis / 2;
    long millis = half + random.nextLong(half + 1);
    nextMillis = Math.min(2 * nextMillis, LONGEST.toMillis());
    return Duration.ofMillis(millis);
  }

  /**
   * Whether another server may be tried without a wait. A link that fails again and again makes few
   * connections, at however many servers of a cluster. After a good life waits begin again.
   *
   * @param lived how long the last connection was usable; zero if it did not come about
   */
  public boolean mayHurry(Duration lived) {
    if (isGood(lived)) {
      reset();
    }
    return lived.isZero() || isGood(lived);
  }

  private boolean isGood(Duration lived) {
    return lived.compareTo(goodLife) >= 0;
  }

  /** Begins again at the shortest wait. */
  public void reset() {
    nextMillis = FIRST.toMillis();
  }
}
