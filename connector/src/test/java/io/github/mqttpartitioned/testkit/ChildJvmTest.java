// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final int SIGKILL = 137;
  private static final int SIGTERM = 143;

  @Test
  void runsAMainClassAndCollectsItsOutput() {
    try (ChildJvm child =
        ChildJvm.of(Greeter.class, "Ann").property("greeting", "Hello").heapMiB(64).start()) {
      assertThat(child.awaitLine("Hello, (\\w+)", DEADLINE).group(1)).isEqualTo("Ann");
      // Without one survivor space, which is never in use together with the other one.
      assertThat(Integer.parseInt(child.awaitLine("heap (\\d+)", DEADLINE).group(1)))
          .isBetween(56, 64);
      assertThat(child.awaitExit(DEADLINE)).isEqualTo(3);
      assertThat(child.lines()).contains("to standard error");
    }
  }

  @Test
  void showsTheOutputOfAChildThatEndedTooSoon() {
    try (ChildJvm child = ChildJvm.of(Greeter.class, "Bob").start()) {
      assertThatThrownBy(() -> child.awaitLine("never written", DEADLINE))
          .isInstanceOf(AssertionError.class)
          .hasMessageContainingAll("never written", "ended with 3", "null, Bob");
    }
  }

  @Test
  void endsByEachSignal() {
    try (ChildJvm child = ChildJvm.of(Sleeper.class).start();
        ChildJvm other = ChildJvm.of(Sleeper.class).start()) {
      child.awaitLine("sleeping", DEADLINE);
      other.awaitLine("sleeping", DEADLINE);

      child.kill9();
      assertThat(child.isAlive()).isFalse();
      assertThat(child.awaitExit(DEADLINE)).isEqualTo(SIGKILL);
      assertThat(other.stop()).isEqualTo(SIGTERM);
      assertThat(other.lines()).contains("shutdown hook");
    }
  }

  @Test
  void diesWithItsParent() {
    try (ChildJvm parent = ChildJvm.of(Parent.class).start()) {
      long grandchild = Long.parseLong(parent.awaitLine("child (\\d+)", DEADLINE).group(1));
      assertThat(ProcessHandle.of(grandchild)).isPresent();

      parent.kill9();

      Await.until(
          "the grandchild to end",
          DEADLINE,
          () -> ProcessHandle.of(grandchild).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  static final class Greeter {
    public static void main(String[] arguments) {
      System.out.println(System.getProperty("greeting") + ", " + arguments[0]);
      System.err.println("to standard error");
      System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
      System.exit(3);
    }
  }

  static final class Sleeper {
    public static void main(String[] arguments) throws InterruptedException {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown hook")));
      System.out.println("sleeping");
      Thread.currentThread().join();
    }
  }

  static final class Parent {
    public static void main(String[] arguments) throws InterruptedException {
      ChildJvm child = ChildJvm.of(Sleeper.class).start();
      child.awaitLine("sleeping", DEADLINE);
      System.out.println("child " + child.pid());
      Thread.currentThread().join();
    }
  }
}
