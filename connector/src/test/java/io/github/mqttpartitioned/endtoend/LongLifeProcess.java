// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import io.github.mqttpartitioned.metrics.SourceMeter;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import io.github.mqttpartitioned.testkit.Spark;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.ForeachWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * A query that lives long, in a process of its own: takes stock of what it holds from time to time,
 * and twice stops to process for a tenth of its life, so that a backlog gathers.
 */
public final class LongLifeProcess {

  /** As many as {@link Spark} has cores: in real-time mode each takes one. */
  static final int PARTITIONS = 2;

  static final int PUBLISHERS = 2;
  static final int SAMPLES = 60;

  private static final Duration CONNECT = Duration.ofMinutes(1);

  private final Path folder;
  private final Duration life;
  private final SequenceCheck check = new SequenceCheck();
  private volatile long begun = System.nanoTime();
  private final AtomicLong received = new AtomicLong();

  /** The one of this process, for the tasks of real-time mode. */
  private static volatile LongLifeProcess running;

  private LongLifeProcess(Path folder, Duration life) {
    this.folder = folder;
    this.life = life;
  }

  /**
   * Runs until all messages have been processed and then waits to be ended.
   *
   * @param arguments folder, URL of the broker, number of messages, seconds that they take, and
   *     whether the query runs in real-time mode
   */
  public static void main(String[] arguments) throws Exception {
    Duration life = Duration.ofSeconds(Long.parseLong(arguments[3]));
    running = new LongLifeProcess(Path.of(arguments[0]), life);
    running.run(arguments[1], Long.parseLong(arguments[2]), Boolean.parseBoolean(arguments[4]));
  }

  private void run(String url, long messages, boolean realTime) throws Exception {
    Dataset<Row> payloads =
        new Job(folder, url).option("partitions", PARTITIONS).source().select("payload");
    StreamingQuery query = realTime ? startRealTime(payloads) : startMicroBatches(payloads);
    // It comes when all members are connected; in real-time mode with the end of the first batch.
    Duration limit = realTime ? CONNECT.plus(batch()) : CONNECT;
    Await.until("the first progress", limit, () -> query.lastProgress() != null);
    System.out.println("all connected");
    begun = System.nanoTime();
    long pause = life.dividedBy(SAMPLES).toMillis();
    while (received.get() < messages && !query.awaitTermination(pause)) {
      System.out.println(sample());
    }
    System.out.println(sample());
    SequenceCheck.Result result =
        check.against(Map.of(0, messages / PUBLISHERS, 1, messages / PUBLISHERS));
    System.out.printf("missing=%d duplicated=%d%n", result.missing(), result.duplicated());
    query.awaitTermination();
  }

  private StreamingQuery startMicroBatches(Dataset<Row> payloads) throws Exception {
    return payloads
        .writeStream()
        .foreachBatch(
            (VoidFunction2<Dataset<Row>, Long>) (batch, id) -> process(batch.collectAsList()))
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .trigger(Trigger.ProcessingTime(1_000))
        .start();
  }

  private StreamingQuery startRealTime(Dataset<Row> payloads) throws Exception {
    Spark.session().conf().set("spark.sql.streaming.realTimeMode.minBatchDuration", "100");
    return payloads
        .writeStream()
        .foreach(new EachRow())
        .outputMode("update")
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .trigger(Trigger.RealTime(batch().toMillis()))
        .start();
  }

  /** Of real-time mode: a minute, in an hour. */
  private Duration batch() {
    return life.dividedBy(SAMPLES);
  }

  /** The sink of real-time mode: its tasks run in this process. */
  private static final class EachRow extends ForeachWriter<Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean open(long partition, long batch) {
      return true;
    }

    @Override
    public void process(Row row) {
      running.process(List.of(row));
    }

    @Override
    public void close(Throwable error) {}
  }

  private void process(List<Row> rows) {
    rows.forEach(row -> check.received((byte[]) row.get(0)));
    while (isHolding()) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    received.addAndGet(rows.size());
  }

  /** Whether a backlog is to gather: from 20 % to 30 % and from 60 % to 70 % of the life. */
  private boolean isHolding() {
    double age = (System.nanoTime() - begun) / (double) life.toNanos();
    return (age > 0.2 && age < 0.3) || (age > 0.6 && age < 0.7);
  }

  private String sample() throws IOException {
    System.gc();
    var memory = ManagementFactory.getMemoryMXBean();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    var system =
        (com.sun.management.UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return "sample second=%d received=%d heapKiB=%d directKiB=%d anonymousKiB=%d threads=%d files=%d storeKiB=%d fileKiB=%d"
        .formatted(
            (System.nanoTime() - begun) / 1_000_000_000,
            received.get(),
            memory.getHeapMemoryUsage().getUsed() >> 10,
            direct >> 10,
            anonymousKiB(),
            ManagementFactory.getThreadMXBean().getThreadCount(),
            system.getOpenFileDescriptorCount(),
            storeBytes() >> 10,
            fileBytes() >> 10);
  }

  /** Memory of the process that is not a file's, as the kernel counts it. */
  private static long anonymousKiB() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  private static long storeBytes() {
    return (long)
        Metrics.globalRegistry.find(SourceMeter.STORE_BYTES.id()).gauges().stream()
            .mapToDouble(Gauge::value)
            .sum();
  }

  private long fileBytes() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long bytes = 0;
      for (Path file : files.filter(each -> each.endsWith("data.mdb")).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }
}
