package io.github.mqttpartitioned.benchmark.read;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.sum;

import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.OutputMode;

/** What is asked of a backlog. */
enum Query {
  /** One narrow column; nothing of a message is touched. */
  SUM_OFFSET("sum(offset)", Optional.of(sum(col("offset")))) {
    @Override
    long expected(Backlog backlog) {
      return backlog.sumOfOffsets();
    }
  },
  /** Finds every payload and does not read it. */
  SUM_LENGTH("sum(length(payload))", Optional.of(sum(length(col("payload"))))) {
    @Override
    long expected(Backlog backlog) {
      return backlog.rows() * backlog.payloadBytes();
    }
  },
  /** Makes a whole row of every message. */
  EVERYTHING("every column", Optional.empty()) {
    @Override
    long expected(Backlog backlog) {
      return backlog.rows();
    }
  };

  private final String title;
  private final Optional<Column> aggregate;

  Query(String title, Optional<Column> aggregate) {
    this.title = title;
    this.aggregate = aggregate;
  }

  String title() {
    return title;
  }

  /** Name of the table that has the answer, of a query that has one. */
  Optional<String> answerTable() {
    return aggregate.map(column -> "answer_" + ordinal());
  }

  /** The query over the messages, with its sink. */
  DataStreamWriter<Row> over(Dataset<Row> messages) {
    return aggregate
        .map(
            column ->
                messages
                    .agg(column)
                    .writeStream()
                    .format("memory")
                    .queryName("answer_" + ordinal())
                    .outputMode(OutputMode.Complete()))
        .orElseGet(() -> messages.writeStream().format("noop"));
  }

  /** The right answer; for a query without one, the number of rows. */
  abstract long expected(Backlog backlog);
}
