// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.Trigger;

/**
 * A query in a process of its own whose progress is written behind its batches' back, to be killed.
 * The numbers of its messages go to a file, eight bytes each.
 */
public final class AsynchronousQueryProcess {

  /** Batches take far less time than this: most are in no log when the process is killed. */
  private static final int LOG_MILLIS = 1_000;

  private AsynchronousQueryProcess() {}

  /**
   * Runs the query until the process is ended.
   *
   * @param arguments folder of the job, URL of the broker, QoS
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    new Job(folder, arguments[1])
        .option("partitions", 1)
        .option("qos", arguments[2])
        .source()
        .select("payload")
        .writeStream()
        .foreachBatch(
            (VoidFunction2<Dataset<Row>, Long>) (rows, batch) -> keep(rows, numbers(folder)))
        .option("checkpointLocation", folder.resolve("checkpoint").toString())
        .option("asyncProgressTrackingEnabled", "true")
        .option("asyncProgressTrackingCheckpointIntervalMs", String.valueOf(LOG_MILLIS))
        .option("_asyncProgressTrackingOverrideSinkSupportCheck", "true")
        .trigger(Trigger.ProcessingTime(0))
        .start()
        .awaitTermination();
  }

  /** Where the numbers are. */
  static Path numbers(Path folder) {
    return folder.resolve("numbers");
  }

  private static void keep(Dataset<Row> rows, Path file) throws IOException {
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      for (Row row : rows.collectAsList()) {
        out.write((byte[]) row.get(0), 0, Long.BYTES);
      }
    }
    System.out.println("batch");
  }
}
