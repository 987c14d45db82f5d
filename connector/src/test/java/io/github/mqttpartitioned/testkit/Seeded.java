// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.util.Random;

/**
 * Runs a property with random input. The seed goes to standard output, a failure tells it too, and
 * {@code -Dtest.seed=…} runs that one again.
 */
public final class Seeded {

  private static final String SEED = "test.seed";

  private Seeded() {}

  /** A property of whatever {@code random} gives. */
  @FunctionalInterface
  public interface Check {
    void run(Random random) throws Exception;
  }

  /**
   * Runs {@code check} with {@code rounds} seeds, or with the one asked for.
   *
   * @throws AssertionError with the seed, caused by the first failure
   */
  public static void run(int rounds, Check check) {
    Long asked = Long.getLong(SEED);
    long first = asked != null ? asked : System.nanoTime();
    for (int round = 0; round < (asked != null ? 1 : rounds); round++) {
      long seed = first + round;
      System.out.println("Seed " + seed);
      try {
        check.run(new Random(seed));
      } catch (Exception | AssertionError e) {
        throw new AssertionError("with seed " + seed + ", again with -D" + SEED + "=" + seed, e);
      }
    }
  }
}
