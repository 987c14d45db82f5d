// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointLockTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path folder;

  /** Takes the lock of a folder, and says whether it has it. */
  public static final class Other {
    private Other() {}

    public static void main(String[] arguments) {
      try {
        CheckpointLock.take(Path.of(arguments[0]));
        System.out.println("has it");
      } catch (IllegalStateException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  /** POSIX releases the locks of a process when it closes the file, through whichever handle. */
  @Test
  void anAttemptInTheSameProcessDoesNotGiveTheLockAway() {
    CheckpointLock lock = CheckpointLock.take(folder);
    assertThatThrownBy(() -> CheckpointLock.take(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("[MQTT_SOURCE_ALREADY_RUNNING] ");
    assertThat(other()).contains("refused: [MQTT_SOURCE_ALREADY_RUNNING] ").contains("process ");
    lock.close();
    assertThat(other()).isEqualTo("has it");
    CheckpointLock.take(folder).close();
  }

  private String other() {
    try (ChildJvm child = ChildJvm.of(Other.class, folder.toString()).start()) {
      return child.awaitLine("has it|refused.*", LIMIT).group();
    }
  }
}
