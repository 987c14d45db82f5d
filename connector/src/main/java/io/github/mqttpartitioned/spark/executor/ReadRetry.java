// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.executor;

import io.github.mqttpartitioned.cluster.node.NodeHost;
import io.github.mqttpartitioned.spark.read.MqttInputPartition;
import io.github.mqttpartitioned.spark.read.ResumingCursor;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a task does while no node hosts its partition: it tries again and again, and requests a node
 * for its own executor. Confined to the task's thread.
 */
final class ReadRetry implements ResumingCursor.Wait {

  private static final Logger LOG = LoggerFactory.getLogger(ReadRetry.class);
  private static final Duration RETRY = Duration.ofMillis(200);
  private static final Duration ASK = Duration.ofSeconds(1);
  private static final Duration TELL = Duration.ofSeconds(10);

  private final MqttInputPartition input;
  private final Duration patience;
  private final long began = System.nanoTime();
  private long told = began - TELL.toNanos();
  private long asked = began;

  /**
   * @param patience how long to try
   */
  ReadRetry(MqttInputPartition input, Duration patience) {
    this.input = input;
    this.patience = patience;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if the task is killed
   */
  @Override
  public void pause(RuntimeException failure, long offset) {
    if (System.nanoTime() - began >= patience.toNanos()) {
      throw failure;
    }
    if (System.nanoTime() - told >= TELL.toNanos()) {
      told = System.nanoTime();
      LOG.warn(
          "Partition {} cannot be read now from offset {} on, the task tries again: {}",
          input.partition(),
          offset,
          failure.getMessage());
    }
    sleep();
    if (System.nanoTime() - asked >= ASK.toNanos()) {
      asked = System.nanoTime();
      requestNode();
    }
  }

  private void requestNode() {
    if (NodeHost.ofThisJvm().has(input.sourceId())) {
      return;
    }
    try {
      NodeRequests.startHere(input.sourceId());
    } catch (InterruptedException e) {
      throw killed();
    } catch (Exception e) {
      LOG.warn("This executor cannot start a node for source {} now", input.sourceId(), e);
    }
  }

  private static UncheckedIOException killed() {
    Thread.currentThread().interrupt();
    return new UncheckedIOException(new InterruptedIOException("The task was killed"));
  }

  /**
   * Another node may begin to host the partition, in another process: nothing notifies this task.
   * Spark interrupts it when it is killed.
   */
  private static void sleep() {
    TaskContext task = TaskContext.get();
    if (task != null && task.isInterrupted()) {
      throw killed();
    }
    try {
      Thread.sleep(RETRY.toMillis());
    } catch (InterruptedException e) {
      throw killed();
    }
  }
}
