package io.github.mqttpartitioned.testkit;

import java.time.Duration;

/**
 * How long the long runs are: tests tagged {@value #TAG}, which the Maven profile of that name runs
 * and no other build does. A short run of each belongs to every build.
 */
public final class Soak {

  /** The tag of a long run. */
  public static final String TAG = "soak";

  private static final String ROUNDS = "soak.rounds";
  private static final String MINUTES = "soak.minutes";

  private Soak() {}

  /** Rounds of a long run: {@code -Dsoak.rounds=…}, else {@code usual}. */
  public static int rounds(int usual) {
    return Integer.getInteger(ROUNDS, usual);
  }

  /** Length of a long run: {@code -Dsoak.minutes=…}, else {@code usual}. */
  public static Duration duration(Duration usual) {
    Integer minutes = Integer.getInteger(MINUTES);
    return minutes == null ? usual : Duration.ofMinutes(minutes);
  }
}
