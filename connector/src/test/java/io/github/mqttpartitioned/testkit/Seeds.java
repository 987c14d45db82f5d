package io.github.mqttpartitioned.testkit;

import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Seeds for random tests: a new one each time, said on standard output with the test's name, or the
 * one that the system property {@code test.seed} gives to repeat a failure. Thread-safe.
 */
public final class Seeds {

  private static final String PROPERTY = "test.seed";
  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private Seeds() {}

  /** A random number generator for the calling test method. */
  public static Random random() {
    return new Random(announced(caller()));
  }

  /** A seed for the calling test method. */
  public static long seed() {
    return announced(caller());
  }

  private static long announced(String test) {
    long seed =
        Optional.ofNullable(System.getProperty(PROPERTY))
            .map(Long::parseLong)
            .orElseGet(() -> ThreadLocalRandom.current().nextLong());
    System.out.printf("Seed of %s: %d (to repeat: -D%s=%d)%n", test, seed, PROPERTY, seed);
    return seed;
  }

  private static String caller() {
    return STACK.walk(
        frames ->
            frames
                .filter(frame -> frame.getDeclaringClass() != Seeds.class)
                .findFirst()
                .map(
                    frame ->
                        frame.getDeclaringClass().getSimpleName() + "." + frame.getMethodName())
                .orElse("unknown"));
  }
}
