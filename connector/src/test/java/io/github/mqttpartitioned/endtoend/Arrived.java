// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.SequenceCheck;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.StreamingQuery;

/** What has come through, from numbered messages to rows. */
final class Arrived {

  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private Arrived() {}

  /** Waits until the query has processed as many rows as there are messages, by their offsets. */
  static void await(StreamingQuery query, long messages) {
    Await.until(
        messages + " offsets processed",
        DEADLINE,
        () -> {
          if (query.exception().isDefined()) {
            throw new AssertionError("the query failed", query.exception().get());
          }
          return processed(query) >= messages;
        });
  }

  /**
   * Waits until the sink has every numbered message. Offsets alone do not tell: where some messages
   * come twice, there are more of them.
   *
   * @param rows what the sink has now
   */
  static void awaitAll(StreamingQuery query, Supplier<Dataset<Row>> rows, Map<Integer, Long> sent) {
    await(query, sent.values().stream().mapToLong(Long::longValue).sum());
    Await.value(
        "all of " + sent,
        DEADLINE,
        () -> {
          if (query.exception().isDefined()) {
            throw new AssertionError("the query failed", query.exception().get());
          }
          return result(rows.get(), sent);
        },
        result -> result.missing() == 0);
  }

  /** Offsets processed so far, over all partitions. */
  static long processed(StreamingQuery query) {
    if (query.lastProgress() == null || query.lastProgress().sources().length == 0) {
      return 0;
    }
    String end = query.lastProgress().sources()[0].endOffset();
    return end == null ? 0 : Offsets.of(end).values().stream().mapToLong(Long::longValue).sum();
  }

  /** Checks numbered messages: none missing, and none twice where that is promised. */
  static void check(Dataset<Row> rows, Map<Integer, Long> sent, boolean exactlyOnce) {
    SequenceCheck.Result result = result(rows, sent);
    assertThat(result.missing()).as("missing: %s", result).isZero();
    if (exactlyOnce && result.duplicated() > 0) {
      throw new AssertionError("duplicated: %s%n%s".formatted(result, twice(rows)));
    }
  }

  /** Where the messages are that came more than once. */
  private static String twice(Dataset<Row> rows) {
    Dataset<Row> often = rows.groupBy("payload").count().where("count > 1").select("payload");
    return rows
        .join(often, "payload")
        .select(
            functions.hex(functions.col("payload")),
            functions.col("partition"),
            functions.col("offset"),
            functions.col("timestamp"),
            functions.col("duplicate"),
            functions.input_file_name())
        .orderBy("partition", "offset")
        .limit(100)
        .collectAsList()
        .stream()
        .map(Row::toString)
        .collect(Collectors.joining("\n"));
  }

  /** Number of messages that are not there. */
  static long missing(Dataset<Row> rows, Map<Integer, Long> sent) {
    return result(rows, sent).missing();
  }

  private static SequenceCheck.Result result(Dataset<Row> rows, Map<Integer, Long> sent) {
    SequenceCheck check = new SequenceCheck();
    for (Iterator<Row> each = rows.select("payload").toLocalIterator(); each.hasNext(); ) {
      check.received((byte[]) each.next().get(0));
    }
    return check.against(sent);
  }

  /** Checks that every partition was used and that its offsets have no gap and no repetition. */
  static void checkOffsetsDense(Dataset<Row> rows, int partitions) {
    List<Row> found =
        rows.groupBy("partition")
            .agg(
                functions.count("*"),
                functions.countDistinct("offset"),
                functions.min("offset"),
                functions.max("offset"))
            .orderBy("partition")
            .collectAsList();
    assertThat(found).hasSize(partitions);
    for (Row row : found) {
      assertThat(row.getLong(3)).as("first offset of %s", row).isZero();
      assertThat(row.getLong(1)).as("rows of %s", row).isEqualTo(row.getLong(4) + 1);
      assertThat(row.getLong(2)).as("distinct offsets of %s", row).isEqualTo(row.getLong(1));
    }
  }
}
