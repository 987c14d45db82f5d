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

/** Several publishers of numbered messages at once, each in a thread of its own. */
final class Load implements AutoCloseable {

  private static final int SIZE = 100;
  private static final int TOPICS = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();
  private final Map<Integer, Long> sent = new HashMap<>();

  /**
   * Begins to publish.
   *
   * @param perSecond of all publishers together; 0 for as fast as the broker takes them
   */
  static Load start(String url, int publishers, long messages, int qos, int perSecond) {
    return startAt(0, url, publishers, messages, qos, perSecond);
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
      load.running.add(
          load.threads.submit(
              () -> publish(url, number, share, qos, perSecond / (double) publishers)));
    }
    return load;
  }

  private static void publish(String url, int number, long messages, int qos, double perSecond) {
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
      for (long i = 0; i < messages; i++) {
        if (perSecond > 0 && i % 50 == 0) {
          pace(start, i, perSecond);
        }
        publisher.publish("test/" + number + "/" + i % TOPICS, numbered.next(), qos);
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
    return sent;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
