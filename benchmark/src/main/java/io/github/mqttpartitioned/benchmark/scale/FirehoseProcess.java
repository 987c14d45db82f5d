// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.testkit.Firehose;
import java.time.Duration;

/**
 * A {@link Firehose} in a JVM of its own, so that its memory is not taken for a member's. Says
 * where it listens, waits for its clients, and sends to each; then it waits to be ended.
 */
public final class FirehoseProcess {

  static final int QOS = 1;
  static final int PAYLOAD_BYTES = 100;
  static final int TOPICS = 300;
  static final int WINDOW = 65_535;
  static final Duration LIMIT = Duration.ofMinutes(5);

  private FirehoseProcess() {}

  /**
   * Runs it.
   *
   * @param arguments clients to wait for, and messages to each of them
   */
  public static void main(String[] arguments) throws InterruptedException {
    int clients = Integer.parseInt(arguments[0]);
    long messages = Long.parseLong(arguments[1]);
    try (Firehose firehose = Firehose.start(new Firehose.Load(QOS, PAYLOAD_BYTES, TOPICS))) {
      System.out.println("listening " + firehose.url());
      firehose.awaitSubscribed(clients, LIMIT);
      System.out.println("subscribed");
      if (messages > 0) {
        firehose.send(messages, LIMIT);
      }
      System.out.println("sent");
      Thread.currentThread().join();
    }
  }
}
