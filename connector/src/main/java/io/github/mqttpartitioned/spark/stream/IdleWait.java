// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Spares an idle query most of Spark's loop. Spark asks its sources every 10 ms ({@code
 * spark.sql.streaming.pollingDelay}), and what it does around the question costs far more than the
 * answer. So when several questions have come one right behind the other and found nothing, the
 * next ones are answered only when there is news, or after {@link #LONGEST}. A question that comes
 * later is answered at once, and so are the ones behind it: in between another source of the query
 * had a batch, or a trigger sets the pace.
 *
 * <p>Confined to the query's thread.
 */
final class IdleWait {

  /** How late another source of the same query may come by it. */
  static final Duration LONGEST = Duration.ofMillis(50);

  /**
   * No later than this behind the last answer Spark's loop asks again when it has found nothing.
   */
  static final Duration SOON = Duration.ofMillis(15);

  /** So many questions in a row that come soon make a query idle. */
  static final int IN_A_ROW = 3;

  private static final Duration POLL = Duration.ofMillis(5);

  private final LongSupplier nanoTime;
  private final Sleeper pause;

  /** When nothing was found last; null when something has been found since. */
  private @Nullable Long foundNothing;

  /** Questions that came soon behind one that found nothing. */
  private int inARow;

  /**
   * @param nanoTime a clock that only goes forward
   */
  IdleWait(LongSupplier nanoTime, Sleeper pause) {
    this.nanoTime = nanoTime;
    this.pause = pause;
  }

  /**
   * Called when nothing was found. Interrupted, it returns at once, and the thread stays
   * interrupted: Spark is stopping the query, and finds out by itself.
   *
   * @param news whether it is worth another look
   * @return whether there was news
   */
  boolean forNews(BooleanSupplier news) {
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
  void found() {
    foundNothing = null;
    inARow = 0;
  }

  private boolean await(BooleanSupplier news) {
    long begun = nanoTime.getAsLong();
    while (nanoTime.getAsLong() - begun < LONGEST.toNanos()) {
      try {
        pause.await(POLL);
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
