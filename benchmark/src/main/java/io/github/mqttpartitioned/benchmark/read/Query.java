// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get_json_object;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.OutputMode;

/**
 * What is asked of a backlog: the sum of something, or all rows as they are.
 *
 * @param name for the command line
 * @param title for the report
 * @param answer the sum, in a table of its own; for a query that has one
 */
public record Query(String name, String title, Optional<Answer> answer) {

  /**
   * A sum over all messages.
   *
   * @param table where Spark puts it
   * @param column the sum
   * @param expected what is right
   */
  record Answer(String table, Column column, ToDoubleFunction<Backlog> expected) {}

  private static final double VALUE = 12.5;

  /** Touches nothing of a message. */
  public static final Query OFFSETS =
      new Query(
          "offset",
          "sum(offset)",
          Optional.of(
              new Answer(
                  "offsets", sum(col("offset")), backlog -> (double) backlog.sumOfOffsets())));

  /** Makes whole rows. */
  public static final Query EVERY_COLUMN = new Query("all", "every column", Optional.empty());

  /** All of them: narrow, every payload, whole rows, and what a user would do with JSON. */
  static final List<Query> ALL =
      List.of(
          OFFSETS,
          new Query(
              "payload",
              "sum(length(payload))",
              Optional.of(
                  new Answer(
                      "lengths",
                      sum(length(col("payload"))),
                      backlog -> (double) (backlog.rows() * backlog.payloadBytes())))),
          EVERY_COLUMN,
          new Query(
              "json",
              "sum of a JSON field",
              Optional.of(
                  new Answer(
                      "fields",
                      sum(get_json_object(col("payload").cast("string"), "$.value").cast("double")),
                      backlog -> backlog.rows() * VALUE))));

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
