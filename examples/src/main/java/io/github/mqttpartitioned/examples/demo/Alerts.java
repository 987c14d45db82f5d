// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.testkit.Subscriber;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The way back: readings above the alarm level go to the broker as alerts for their devices, and a
 * subscriber counts those that come. Thread-safe.
 */
final class Alerts implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final long POLL_MILLIS = 20;
  private static final StructType SCHEMA =
      new StructType().add("hall", "string").add("device", "string").add("payload", "string");

  private final String url;
  private final String topic;
  private final Subscriber subscriber;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong received = new AtomicLong();

  private Alerts(String url, String run) {
    this.url = url;
    this.topic = "alerts/" + run;
    this.subscriber =
        Subscriber.subscribe(url, topic + "/#", 1, message -> received.incrementAndGet());
  }

  /**
   * Subscribes to the alerts of a run.
   *
   * @param url of the broker
   */
  static Alerts of(String url, String run) {
    return new Alerts(url, run);
  }

  /** Sends one that all is well: so code is loaded before the sensors begin. */
  void greet(SparkSession spark) {
    send(spark, List.of(RowFactory.create("all", "all", "no alerts yet")));
  }

  /** Sends alerts; returns when the broker has confirmed each of them. */
  void send(SparkSession spark, Collection<BatchCount.Alert> alerts) {
    if (!alerts.isEmpty()) {
      send(spark, alerts.stream().map(Alerts::row).toList());
    }
  }

  private void send(SparkSession spark, List<Row> rows) {
    spark
        .createDataFrame(rows, SCHEMA)
        .coalesce(1)
        .write()
        .format("mqtt-partitioned")
        .mode("append")
        .option("topic", topic + "/{hall}/{device}")
        .save(url);
    sent.addAndGet(rows.size());
  }

  private static Row row(BatchCount.Alert alert) {
    BatchCount.Reading reading = alert.reading();
    return RowFactory.create(
        alert.hall(),
        reading.device(),
        "%s %.2f %s".formatted(reading.kind().level(), reading.value(), reading.kind().unit()));
  }

  /**
   * Waits a little until each alert has come back.
   *
   * @return what there is to say about it
   * @throws IllegalStateException if one has not come back
   */
  String awaitReceived() throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (received.get() < sent.get() && System.nanoTime() - deadline < 0) {
      Thread.sleep(POLL_MILLIS);
    }
    String counts =
        "%,d alerts were sent to %s/<hall>/<device>, and %,d came back"
            .formatted(sent.get(), topic, received.get());
    if (received.get() < sent.get()) {
      throw new IllegalStateException(counts);
    }
    return counts;
  }

  @Override
  public void close() {
    subscriber.close();
  }
}
