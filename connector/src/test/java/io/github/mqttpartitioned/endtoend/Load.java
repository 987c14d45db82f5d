// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.testkit.NumberedMessages;
import io.github.mqttpartitioned.testkit.Publisher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Several publishers of numbered messages at once, each in a thread of its own. */
final class Load implements AutoCloseable {

  private static final int SIZE = 100;
  private static final int TOPICS = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();
  private final Map<Integer, Long> sent = new HashMap<>();
  private final Map<Integer, AtomicLong> published = new HashMap<>();
  private volatile boolean finished;

  /**
   * Begins to publish.
   *
   * @param perSecond of all publishers together; 0 for as fast as the broker takes them
   */
  static Load start(String url, int publishers, long messages, int qos, int perSecond) {
    return startAt(0, url, publishers, messages, qos, perSecond);
  }

  /**
   * Begins to publish, until {@link #finish}.
   *
   * @param perSecond of all publishers together
   */
  static Load startEndless(String url, int publishers, int qos, int perSecond) {
    return start(url, publishers, Long.MAX_VALUE, qos, perSecond);
  }

  /**
   * Begins to publish, with other publishers than an earlier load.
   *
   * @param first number of the first publisher
   * @param perSecond of all publishers together; 0 for as fast as the broker takes them
   */
  static Load startAt(
      int first, String url, int publishers, long messages, int qos, int perSecond) {
    Load load = new Load();
    for (int publisher = 0; publisher < publishers; publisher++) {
      int number = first + publisher;
      long share = messages / publishers;
      load.sent.put(number, share);
      load.published.put(number, new AtomicLong());
      load.running.add(
          load.threads.submit(
              () -> load.publish(url, number, share, qos, perSecond / (double) publishers)));
    }
    return load;
  }

  private void publish(String url, int number, long messages, int qos, double perSecond) {
    AtomicLong count = published.get(number);
    NumberedMessages numbered = new NumberedMessages(number, SIZE);
    // Mosquitto searches its window for each packet of QoS 2: a small one is faster there.
    try (Publisher publisher =
        Publisher.to(url)
            .reconnecting(true)
            .untilMatched(true)
            .window(qos == 2 ? 200 : 5_000)
            .patience(PATIENCE)
            .connect()) {
      long start = System.nanoTime();
      for (long i = 0; i < messages && !finished; i++) {
        if (perSecond > 0 && i % 50 == 0) {
          pace(start, i, perSecond);
        }
        publisher.publish("test/" + number + "/" + i % TOPICS, numbered.next(), qos);
        count.incrementAndGet();
      }
      publisher.awaitAcknowledged(PATIENCE);
    }
  }

  private static void pace(long start, long messages, double perSecond) {
    long due = start + (long) (messages / perSecond * 1e9);
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      java.util.concurrent.locks.LockSupport.parkNanos(left);
    }
  }

  /** Number of messages by publisher, once all are acknowledged. */
  Map<Integer, Long> sent() {
    return sent;
  }

  /** Messages published so far. */
  long published() {
    return published.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** Ends publishing: {@link #await} tells how much it was. */
  void finish() {
    finished = true;
  }

  boolean isDone() {
    return running.stream().allMatch(Future::isDone);
  }

  /** Waits until every message is acknowledged by the broker. */
  Map<Integer, Long> await() throws InterruptedException {
    for (Future<?> each : running) {
      try {
        each.get();
      } catch (ExecutionException e) {
        throw new AssertionError("a publisher failed", e.getCause());
      }
    }
    published.forEach((number, count) -> sent.put(number, count.get()));
    return sent;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
