// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.streaming.SourceProgress;
import org.apache.spark.sql.streaming.StreamingQueryListener;
import org.apache.spark.sql.streaming.StreamingQueryProgress;

/** Hears from Spark how the query gets on. Thread-safe. */
final class BatchListener extends StreamingQueryListener {

  /**
   * A micro-batch that is done.
   *
   * @param number from 0
   * @param rows that it had
   * @param millis that it took
   * @param partitions how far it went
   */
  record Batch(long number, long rows, long millis, List<Partition> partitions) {}

  /**
   * A partition of the source at the end of a micro-batch.
   *
   * @param rate rows per second since the batch before
   * @param backlog messages stored, and not in the batch
   */
  record Partition(double rate, long backlog) {}

  private static final long serialVersionUID = 1L;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final double NANOS_PER_SECOND = 1e9;

  private final CountDownLatch heard = new CountDownLatch(1);
  private volatile Optional<Batch> latest = Optional.empty();
  private long lastNanos = System.nanoTime();

  /**
   * Waits until the query has asked its source for messages, for which all members of the source
   * must have subscribed.
   */
  boolean awaitFirst(Duration limit) throws InterruptedException {
    return heard.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The last batch that had rows. */
  Optional<Batch> latest() {
    return latest;
  }

  @Override
  public void onQueryStarted(QueryStartedEvent event) {}

  @Override
  public void onQueryIdle(QueryIdleEvent event) {
    heard.countDown();
  }

  @Override
  public void onQueryProgress(QueryProgressEvent event) {
    heard.countDown();
    StreamingQueryProgress progress = event.progress();
    if (progress.numInputRows() > 0) {
      long now = System.nanoTime();
      double seconds = (now - lastNanos) / NANOS_PER_SECOND;
      lastNanos = now;
      latest =
          Optional.of(
              new Batch(
                  progress.batchId(),
                  progress.numInputRows(),
                  progress.durationMs().getOrDefault("triggerExecution", 0L),
                  partitions(progress.sources()[0], seconds)));
    }
  }

  @Override
  public void onQueryTerminated(QueryTerminatedEvent event) {
    heard.countDown();
  }

  private static List<Partition> partitions(SourceProgress source, double seconds) {
    JsonNode from = offsets(source.startOffset());
    JsonNode until = offsets(source.endOffset());
    List<Partition> partitions = new ArrayList<>();
    for (int partition = 0; partition < until.size(); partition++) {
      String name = Integer.toString(partition);
      long rows = until.path(name).asLong() - from.path(name).asLong();
      long backlog = Long.parseLong(source.metrics().getOrDefault("backlog." + name, "0"));
      partitions.add(new Partition(rows / seconds, backlog));
    }
    return partitions;
  }

  private static JsonNode offsets(String json) {
    try {
      return MAPPER.readTree(json == null ? "{}" : json).path("offsets");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
