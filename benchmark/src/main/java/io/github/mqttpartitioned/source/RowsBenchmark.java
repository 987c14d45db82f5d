package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.block.BlockBuilder;
import io.github.mqttpartitioned.block.BlockFormat;
import io.github.mqttpartitioned.metrics.ReadMeters;
import io.github.mqttpartitioned.model.OffsetRange;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreConfig;
import io.github.mqttpartitioned.store.StoreWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it takes to read a million rows from stores into Spark's columns and to look at some of
 * them, without Spark's engine. The partitions are read side by side by as many threads as there
 * are processors.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED"
    })
public class RowsBenchmark {

  private static final int ROWS = 1 << 20;
  private static final int GROUP = 1 << 15;
  private static final int TOPICS = 300;
  private static final int PAYLOAD_BYTES = 100;
  private static final long STORE_BYTES = 1L << 30;
  private static final LossPolicy FAIL = new LossPolicy(true, false);

  private static final int TOPIC = 0;
  private static final int PAYLOAD = 1;
  private static final int OFFSET = 3;
  private static final int TIMESTAMP = 4;
  private static final int QOS = 5;
  private static final int BROKER = 8;

  @Param({"1", "2", "4", "8"})
  private int partitions = 1;

  private interface RowValue {
    long of(ColumnarBatch batch, int row);
  }

  private final List<PartitionStore> stores = new ArrayList<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
  private Path directory = Path.of("");

  @Setup
  public void fill() throws IOException, InterruptedException, ExecutionException {
    directory = Files.createTempDirectory("mqtt-benchmark-rows-");
    for (int partition = 0; partition < partitions; partition++) {
      PartitionStore store =
          PartitionStore.open(
              new StoreConfig(
                  directory.resolve("p" + partition), "benchmark", partition, STORE_BYTES, 0));
      stores.add(store);
      for (int rows = 0; rows < perPartition(); rows += GROUP) {
        append(store, rows);
      }
    }
    long offsets = partitions * (perPartition() * (perPartition() - 1L) / 2);
    if (sumOfOffsets() != offsets || sumOfPayloadLengths() != (long) ROWS * PAYLOAD_BYTES) {
      throw new IllegalStateException("the stores do not give what was appended");
    }
  }

  private int perPartition() {
    return ROWS / partitions;
  }

  private static void append(PartitionStore store, int firstRow) {
    BlockBuilder block = new BlockBuilder("tcp://127.0.0.1:1883");
    int flags = BlockFormat.flags(1, false, false);
    for (int row = firstRow; row < firstRow + GROUP; row++) {
      byte[] topic = "benchmark/%04d".formatted(row % TOPICS).getBytes(StandardCharsets.UTF_8);
      int number = block.findTopic(topic, 0, topic.length);
      if (number < 0) {
        number = block.addTopic(topic, 0, topic.length);
      }
      block.add(row, flags, number, new byte[PAYLOAD_BYTES], 0, PAYLOAD_BYTES, 0, 0);
    }
    try (StoreWriter writer = store.write()) {
      writer.append(block);
      writer.commit();
    }
  }

  @Benchmark
  public long sumOfOffsets() throws InterruptedException, ExecutionException {
    return sum((batch, row) -> batch.column(OFFSET).getLong(row));
  }

  @Benchmark
  public long sumOfPayloadLengths() throws InterruptedException, ExecutionException {
    return sum((batch, row) -> batch.column(PAYLOAD).getBinary(row).length);
  }

  /** Every column that is not the same in all rows of a block, and one that is. */
  @Benchmark
  public long everyColumn() throws InterruptedException, ExecutionException {
    return sum(
        (batch, row) ->
            batch.column(TOPIC).getUTF8String(row).numBytes()
                + batch.column(PAYLOAD).getBinary(row).length
                + batch.column(OFFSET).getLong(row)
                + batch.column(TIMESTAMP).getLong(row)
                + batch.column(QOS).getInt(row)
                + batch.column(BROKER).getUTF8String(row).numBytes());
  }

  private long sum(RowValue value) throws InterruptedException, ExecutionException {
    List<Callable<Long>> tasks = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      int each = partition;
      tasks.add(() -> sum(each, value));
    }
    long sum = 0;
    for (Future<Long> part : threads.invokeAll(tasks)) {
      sum += part.get();
    }
    return sum;
  }

  private long sum(int partition, RowValue value) {
    OffsetRange range = new OffsetRange(0, perPartition());
    MqttInputPartition input =
        new MqttInputPartition("benchmark", "benchmark", partition, range, null);
    ReadMeters meters = ReadMeters.of("benchmark", "benchmark", partition, "benchmark");
    long sum = 0;
    try (BlockPartitionReader reader =
        new BlockPartitionReader(stores.get(partition), input, meters, false, FAIL)) {
      while (reader.next()) {
        ColumnarBatch batch = reader.get();
        for (int row = 0; row < batch.numRows(); row++) {
          sum += value.of(batch, row);
        }
      }
    }
    return sum;
  }

  @TearDown
  public void close() throws IOException {
    threads.shutdown();
    stores.forEach(PartitionStore::close);
    ReadMeters.release("benchmark");
    Scratch.delete(directory);
  }
}
