package io.github.mqttpartitioned.benchmark.read;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.OutputMode;

/**
 * What is asked of a backlog: the sum of something, or all rows as they are.
 *
 * @param title for the report
 * @param answer the sum, in a table of its own; for a query that has one
 */
record Query(String title, Optional<Answer> answer) {

  /**
   * A sum over all messages.
   *
   * @param table where Spark puts it
   * @param column the sum
   * @param expected what is right
   */
  record Answer(String table, Column column, ToLongFunction<Backlog> expected) {}

  /** Touches nothing of a message; finds every payload and does not read it; makes whole rows. */
  static final List<Query> ALL =
      List.of(
          new Query(
              "sum(offset)",
              Optional.of(new Answer("offsets", sum(col("offset")), Backlog::sumOfOffsets))),
          new Query(
              "sum(length(payload))",
              Optional.of(
                  new Answer(
                      "lengths",
                      sum(length(col("payload"))),
                      backlog -> backlog.rows() * backlog.payloadBytes()))),
          new Query("every column", Optional.empty()));

  /** The query over the messages, with its sink. */
  DataStreamWriter<Row> over(Dataset<Row> messages) {
    return answer
        .map(
            sum ->
                messages
                    .agg(sum.column())
                    .writeStream()
                    .format("memory")
                    .queryName(sum.table())
                    .outputMode(OutputMode.Complete()))
        .orElseGet(() -> messages.writeStream().format("noop"));
  }
}
