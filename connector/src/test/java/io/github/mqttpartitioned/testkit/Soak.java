// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.time.Duration;

/**
 * How long the long runs are: tests tagged {@value #TAG}, which the Maven profile of that name runs
 * and no other build does. A short run of each belongs to every build.
 */
public final class Soak {

  /** The tag of a long run. */
  public static final String TAG = "soak";

  private static final String ROUNDS = "soak.rounds";
  private static final String ROWS = "soak.rows";
  private static final String MINUTES = "soak.minutes";

  /** Set by the Maven profile of the long runs; may be set for any other run. */
  private static final String STRICT = "test.strict";

  private Soak() {}

  /** Rounds of a long run: {@code -Dsoak.rounds=…}, else {@code usual}. */
  public static int rounds(int usual) {
    return Integer.getInteger(ROUNDS, usual);
  }

  /** Rows of a long run: {@code -Dsoak.rows=…}, else {@code usual}. */
  public static int rows(int usual) {
    return Integer.getInteger(ROWS, usual);
  }

  /** Length of a long run: {@code -Dsoak.minutes=…}, else {@code usual}. */
  public static Duration duration(Duration usual) {
    Integer minutes = Integer.getInteger(MINUTES);
    return minutes == null ? usual : Duration.ofMinutes(minutes);
  }

  /**
   * Skips the test unless {@code condition} holds. Long runs are to leave nothing out: there, and
   * with {@code -Dtest.strict=true}, it fails.
   *
   * @param lacking what is not there, or not done
   */
  public static void require(boolean condition, String lacking) {
    if (isLacking(condition, lacking)) {
      abort(lacking);
    }
  }

  /**
   * Whether {@code condition} does not hold, so that a part of the test is to be left out, which
   * goes to standard output. Fails where {@link #require} does.
   */
  static boolean isLacking(boolean condition, String lacking) {
    if (condition) {
      return false;
    }
    if (Boolean.getBoolean(STRICT)) {
      fail("%s, with -D%s=true", lacking, STRICT);
    }
    System.out.println("Left out: " + lacking);
    return true;
  }
}
