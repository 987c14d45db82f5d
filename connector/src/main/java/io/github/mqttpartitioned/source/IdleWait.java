package io.github.mqttpartitioned.source;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Spares an idle query most of Spark's loop. Spark asks its sources every 10 ms ({@code
 * spark.sql.streaming.pollingDelay}), and what it does around the question costs far more than the
 * answer. So a question that comes right behind one that found nothing is answered only when there
 * is news, or after {@link #LONGEST}. One that comes later is answered at once: in between another
 * source of the query had a batch, or a trigger sets the pace.
 *
 * <p>Confined to the query's thread.
 */
final class IdleWait {

  /** How late another source of the same query may come by it. */
  static final Duration LONGEST = Duration.ofMillis(50);

  /**
   * No later than this behind the last answer Spark's loop asks again when it has found nothing.
   */
  static final Duration SOON = Duration.ofMillis(25);

  private static final Duration POLL = Duration.ofMillis(5);

  private final LongSupplier nanoTime;
  private final Pause pause;

  /** When nothing was found last; null when something has been found since. */
  private @Nullable Long foundNothing;

  /**
   * @param nanoTime a clock that only goes forward
   */
  IdleWait(LongSupplier nanoTime, Pause pause) {
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
    boolean found = isAskedAgain() && await(news);
    foundNothing = found ? null : nanoTime.getAsLong();
    return found;
  }

  private boolean isAskedAgain() {
    return foundNothing != null && nanoTime.getAsLong() - foundNothing <= SOON.toNanos();
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
