// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints one line for each test class as it ends: how many tests passed, failed and were skipped,
 * the time, and the brokers that it used. What the tests and the product print meanwhile goes to
 * {@code <class>.txt} in the folder that the system property {@value #FOLDER} names, so that a
 * terminal shows the lines alone. Without that property, as in an IDE, the listener does nothing.
 */
public final class ClassLines implements TestExecutionListener {

  private static final String FOLDER = "test.output";

  /** More of a failure's message is in Surefire's report, and in the class's file. */
  private static final int MESSAGE_LENGTH = 300;

  /** One for the JVM: Surefire may run each class with a launcher of its own. */
  private static final Optional<SwitchedOutput> OUTPUT =
      Optional.ofNullable(System.getProperty(FOLDER)).map(folder -> SwitchedOutput.install());

  private Optional<TestPlan> plan = Optional.empty();
  private Optional<TestIdentifier> current = Optional.empty();
  private long started;
  private int passed;
  private int failed;
  private int skipped;
  private final List<String> details = new ArrayList<>();

  @Override
  public void testPlanExecutionStarted(TestPlan testPlan) {
    plan = Optional.of(testPlan);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    if (OUTPUT.isPresent() && current.isEmpty() && isClass(test)) {
      current = Optional.of(test);
      started = System.nanoTime();
      passed = 0;
      failed = 0;
      skipped = 0;
      details.clear();
      Path file = Path.of(System.getProperty(FOLDER), className(test) + ".txt");
      try {
        OUTPUT.orElseThrow().open(file);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot write " + file, e);
      }
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (current.isEmpty()) {
      return;
    }
    count(test, result);
    if (current.orElseThrow().equals(test)) {
      // What the class leaves behind goes on into its file, until the next one begins.
      OUTPUT.orElseThrow().terminal().println(line(test));
      current = Optional.empty();
    }
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    if (current.isPresent()) {
      skipped++;
      details.add("skipped: %s: %s".formatted(name(test), reason));
    }
  }

  private void count(TestIdentifier test, TestExecutionResult result) {
    String message = result.getThrowable().map(ClassLines::firstLine).orElse("");
    if (result.getStatus() == Status.FAILED) {
      failed++;
      details.add("FAILED: %s: %s".formatted(name(test), message));
    } else if (result.getStatus() == Status.ABORTED) {
      skipped++;
      details.add("skipped: %s: %s".formatted(name(test), message));
    } else if (test.isTest()) {
      passed++;
    }
  }

  private String line(TestIdentifier test) {
    double seconds = (System.nanoTime() - started) / 1e9;
    StringBuilder line = new StringBuilder();
    line.append(test.getDisplayName()).append(' ').append(passed).append(" passed");
    if (failed > 0) {
      line.append(", ").append(failed).append(" FAILED");
    }
    if (skipped > 0) {
      line.append(", ").append(skipped).append(" skipped");
    }
    line.append(String.format(Locale.ROOT, " in %.1f s", seconds));
    List<String> brokers = TestBrokers.takeUsed();
    if (!brokers.isEmpty()) {
      line.append(", broker: ").append(String.join(", ", brokers));
    }
    details.forEach(detail -> line.append(System.lineSeparator()).append("  ").append(detail));
    return line.toString();
  }

  /** The name with the names of what encloses it, below the class. */
  private String name(TestIdentifier test) {
    String name = test.getDisplayName();
    Optional<TestIdentifier> parent = plan.flatMap(tests -> tests.getParent(test));
    while (!current.equals(Optional.of(test)) && parent.isPresent() && !parent.equals(current)) {
      TestIdentifier enclosing = parent.orElseThrow();
      name = enclosing.getDisplayName() + " " + name;
      parent = plan.flatMap(tests -> tests.getParent(enclosing));
    }
    return name;
  }

  private static boolean isClass(TestIdentifier test) {
    return test.getSource().filter(ClassSource.class::isInstance).isPresent();
  }

  private static String className(TestIdentifier test) {
    return ((ClassSource) test.getSource().orElseThrow()).getClassName();
  }

  private static String firstLine(Throwable failure) {
    String line = failure.toString().lines().limit(4).reduce((a, b) -> a + " " + b).orElse("");
    return line.length() <= MESSAGE_LENGTH ? line : line.substring(0, MESSAGE_LENGTH) + "…";
  }
}
