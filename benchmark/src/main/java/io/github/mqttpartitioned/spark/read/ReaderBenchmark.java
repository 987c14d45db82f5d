// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import io.github.mqttpartitioned.benchmark.read.Backlog;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.block.OffsetRange;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.vector.BlockVectors;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a row costs from the store through the columns, as Spark's generated code asks for them but
 * without Spark: by partitions, read side by side on as many threads as there are cores. In the
 * source's package, whose reader nobody else can see.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class ReaderBenchmark {

  private static final int ROWS = 1_000_000;
  private static final int PAYLOAD_BYTES = 100;
  private static final int TOPICS = 300;
  private static final long STORE_BYTES = 1L << 30;
  private static final String SOURCE = "benchmark";
  private static final String GROUP = "benchmark";
  private static final int TOPIC = 0;
  private static final int PAYLOAD = 1;
  private static final int PARTITION = 2;
  private static final int OFFSET = 3;
  private static final int TIMESTAMP = 4;
  private static final int QOS = 5;
  private static final int RETAINED = 6;
  private static final int DUPLICATE = 7;
  private static final int BROKER = 8;

  @Param({"1", "2", "4", "8"})
  private int partitions = 1;

  private final List<PartitionStore> stores = new ArrayList<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
  private Path directory = Path.of("");

  @Setup
  public void open() throws Exception {
    directory = Files.createTempDirectory("mqtt-benchmark-reader-");
    new Backlog(partitions, ROWS / partitions, PAYLOAD_BYTES, TOPICS)
        .write(directory, SOURCE, STORE_BYTES);
    for (int partition = 0; partition < partitions; partition++) {
      stores.add(
          PartitionStore.open(
              new StoreConfig(
                  directory.resolve("p" + partition), SOURCE, partition, STORE_BYTES, 0)));
    }
    long each = ROWS / partitions;
    if (offsets() != partitions * (each * (each - 1) / 2)
        || payloads() != (long) ROWS * PAYLOAD_BYTES) {
      throw new IllegalStateException("the stores do not hold what was written");
    }
  }

  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long offsets() throws Exception {
    return sum(
        batch -> {
          long sum = 0;
          for (int row = 0; row < batch.numRows(); row++) {
            sum += batch.column(OFFSET).getLong(row);
          }
          return sum;
        });
  }

  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long payloads() throws Exception {
    return sum(
        batch -> {
          long sum = 0;
          for (int row = 0; row < batch.numRows(); row++) {
            sum += batch.column(PAYLOAD).getBinary(row).length;
          }
          return sum;
        });
  }

  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long allColumns() throws Exception {
    return sum(
        batch -> {
          long sum = 0;
          for (int row = 0; row < batch.numRows(); row++) {
            sum += batch.column(TOPIC).getUTF8String(row).numBytes();
            sum += batch.column(PAYLOAD).getBinary(row).length;
            sum += batch.column(PARTITION).getInt(row);
            sum += batch.column(OFFSET).getLong(row);
            sum += batch.column(TIMESTAMP).getLong(row);
            sum += batch.column(QOS).getInt(row);
            sum += batch.column(RETAINED).getBoolean(row) ? 1 : 0;
            sum += batch.column(DUPLICATE).getBoolean(row) ? 1 : 0;
            sum += batch.column(BROKER).getUTF8String(row).numBytes();
          }
          return sum;
        });
  }

  private long sum(ToLongFunction<ColumnarBatch> query) throws Exception {
    List<Future<Long>> sums = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      int p = partition;
      sums.add(threads.submit(() -> sum(p, query)));
    }
    long sum = 0;
    for (Future<Long> each : sums) {
      sum += each.get();
    }
    return sum;
  }

  private long sum(int partition, ToLongFunction<ColumnarBatch> query) {
    OffsetRange range = new OffsetRange(0, ROWS / partitions);
    BlockPartitionReader reader =
        new BlockPartitionReader(
            stores.get(partition),
            new MqttInputPartition(SOURCE, GROUP, partition, range, null),
            ReadMeters.of(SOURCE, GROUP, partition, "benchmark")::read,
            new BlockVectors(new MqttColumns(PayloadType.BINARY, false, List.of())),
            new LossPolicy(true, false));
    try (reader) {
      long sum = 0;
      while (reader.next()) {
        sum += query.applyAsLong(reader.get());
      }
      return sum;
    }
  }

  @TearDown
  public void close() throws IOException {
    threads.shutdown();
    stores.forEach(PartitionStore::close);
    Scratch.delete(directory);
  }
}
