// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Spares an idle query most of Spark's loop. Spark asks its sources every 10 ms ({@code
 * spark.sql.streaming.pollingDelay}), and its work around the question costs far more than the
 * answer.
 *
 * <p>After several questions that came directly after one another and found nothing, the next ones
 * are answered when there is news, or after {@link #LONGEST}. A question that comes later is
 * answered at once, and so are the next ones: in the meantime another source of the query had a
 * batch, or a trigger sets the pace.
 *
 * <p>Confined to the query's thread.
 */
public final class IdleWait {

  /** The longest delay that the wait causes for another source of the same query. */
  public static final Duration LONGEST = Duration.ofMillis(50);

  /** When it has found nothing, Spark's loop asks again within this time. */
  static final Duration SOON = Duration.ofMillis(15);

  /** A query is idle after this many questions in a row that came soon. */
  public static final int IN_A_ROW = 3;

  private static final Duration POLL = Duration.ofMillis(5);

  private final LongSupplier nanoTime;
  private final Sleeper sleeper;

  /** When a question last found nothing; null if a later one has found something. */
  private @Nullable Long foundNothing;

  /** The number of questions that came soon after one that found nothing. */
  private int inARow;

  /**
   * @param nanoTime a clock that only goes forward
   */
  public IdleWait(LongSupplier nanoTime, Sleeper sleeper) {
    this.nanoTime = nanoTime;
    this.sleeper = sleeper;
  }

  /**
   * Called when nothing was found. When interrupted, it returns at once and the thread stays
   * interrupted: Spark is stopping the query, and notices by itself.
   *
   * @param news whether there is something new to look at
   * @return whether there was news
   */
  public boolean forNews(BooleanSupplier news) {
    boolean soon = foundNothing != null && nanoTime.getAsLong() - foundNothing <= SOON.toNanos();
    inARow = soon ? inARow + 1 : 0;
    if (inARow >= IN_A_ROW && await(news)) {
      found();
      return true;
    }
    foundNothing = nanoTime.getAsLong();
    return false;
  }

  /** Called when something was found. */
  public void found() {
    foundNothing = null;
    inARow = 0;
  }

  private boolean await(BooleanSupplier news) {
    long begun = nanoTime.getAsLong();
    while (nanoTime.getAsLong() - begun < LONGEST.toNanos()) {
      try {
        sleeper.sleep(POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      if (news.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }
}
