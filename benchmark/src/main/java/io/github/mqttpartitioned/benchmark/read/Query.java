// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.get_json_object;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.sum;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.OutputMode;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a backlog: the sum of something, or all rows as they are.
 *
 * @param name for the command line
 * @param title for the report
 * @param options of the source, beside those that all queries have; Kafka's source has none of them
 * @param answer the sum, in a table of its own; for a query that has one
 */
public record Query(
    String name, String title, Map<String, String> options, Optional<Answer> answer) {

  /**
   * A sum over all messages.
   *
   * @param table where Spark puts it
   * @param column the sum
   * @param expected what is right
   */
  record Answer(String table, Column column, ToDoubleFunction<Backlog> expected) {}

  private static final double VALUE = 12.5;

  private static final Map<String, String> LEVELS =
      Map.of("topicColumns", "{plant}/{hall}/{line}/{device}");

  private static final Map<String, String> TEXT = Map.of("payloadType", "string");

  /** Touches nothing of a message. */
  public static final Query OFFSETS =
      new Query(
          "offset",
          "sum(offset)",
          Map.of(),
          Optional.of(
              new Answer(
                  "offsets", sum(col("offset")), backlog -> (double) backlog.sumOfOffsets())));

  /** Names of the queries that do not look into a payload or a topic. */
  static final List<String> WITHOUT_CONTENT = List.of("offset", "payload", "all");

  /** Name of the query that takes topics apart itself. */
  static final String SPLIT = "split";

  /** Makes whole rows. */
  public static final Query EVERY_COLUMN =
      new Query("all", "every column", Map.of(), Optional.empty());

  /** All of them: narrow, every payload, whole rows, and what users do with JSON and topics. */
  static final List<Query> ALL =
      List.of(
          OFFSETS,
          new Query(
              "payload",
              "sum(length(payload))",
              Map.of(),
              Optional.of(
                  new Answer(
                      "lengths",
                      sum(length(col("payload"))),
                      backlog -> (double) (backlog.rows() * backlog.payloadBytes())))),
          EVERY_COLUMN,
          new Query(
              "json",
              "sum of a JSON field",
              Map.of(),
              Optional.of(
                  new Answer(
                      "fields",
                      sum(get_json_object(col("payload").cast("string"), "$.value").cast("double")),
                      backlog -> backlog.rows() * VALUE))),
          field("cast", "from_json of a cast", Map.of(), "cast(payload as string)"),
          field("text", "from_json with payloadType=string", TEXT, "payload"),
          levels(SPLIT, "lengths of four levels, split in the query", "split(topic, '/')[%d]"),
          levels("levels", "lengths of four levels, topicColumns", null),
          new Query("unused", "sum(offset) beside topicColumns", LEVELS, OFFSETS.answer));

  /** The one of that name. */
  static Query named(String name) {
    return ALL.stream().filter(query -> query.name().equals(name)).findFirst().orElseThrow();
  }

  private static Query field(
      String name, String title, Map<String, String> options, String payload) {
    String value = "from_json(%s, 'value double, unit string').value".formatted(payload);
    return new Query(
        name,
        title,
        options,
        Optional.of(new Answer(name, sum(expr(value)), backlog -> backlog.rows() * VALUE)));
  }

  /**
   * @param level the text of a level by its number; null for the columns of the source
   */
  private static Query levels(String name, String title, @Nullable String level) {
    List<String> columns = List.of("plant", "hall", "line", "device");
    String lengths =
        IntStream.range(0, columns.size())
            .mapToObj(i -> level == null ? columns.get(i) : level.formatted(i))
            .map("length(%s)"::formatted)
            .collect(Collectors.joining(" + "));
    return new Query(
        name,
        title,
        level == null ? LEVELS : Map.of(),
        Optional.of(
            new Answer(
                name,
                sum(expr(lengths)),
                backlog -> (double) (backlog.rows() * backlog.topicLevelBytes()))));
  }

  /** What a batch read of the messages gives: the sum, or null for whole rows, which go nowhere. */
  @Nullable Object of(Dataset<Row> stored) {
    if (answer.isPresent()) {
      return stored.agg(answer.get().column()).first().get(0);
    }
    stored.write().format("noop").mode(SaveMode.Overwrite).save();
    return null;
  }

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
