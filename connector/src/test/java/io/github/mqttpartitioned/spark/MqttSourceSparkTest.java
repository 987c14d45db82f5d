// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.last;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.upper;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.CapturedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Spark makes of the source and of its rows. */
class MqttSourceSparkTest extends SourceSparkFixture {

  @Test
  void rowsAreTheMessages() throws Exception {
    StreamingQuery query = start(messages(), "rows", "append");
    try {
      for (int batch = 0; batch < 3; batch++) {
        appendSome();
        query.processAllAvailable();
      }
      assertThat(sorted(spark.table("rows")))
          .hasSize(expected.size())
          .isEqualTo(sorted(expectedRows()));
      assertThat(node.openCursors).isZero();
      var progress = query.lastProgress().sources()[0];
      assertThat(progress.description())
          .isEqualTo("mqtt-partitioned [sensor/#] of [tcp://broker:1883]");
      assertThat(progress.endOffset()).isEqualTo(SourceOffset.of(next[0], next[1]).json());
      assertThat(progress.metrics())
          .containsKeys("minOffsetsBehindLatest", "backlog.0", "backlog.1", "offsetsLost");
    } finally {
      query.stop();
    }
    assertThat(node.calls).endsWith("release");
  }

  @Test
  void planIsColumnarAndShowsWhatWasRead() throws Exception {
    appendSome();
    StreamingQuery query = start(messages(), "plan", "append");
    try {
      query.processAllAvailable();
      String plan =
          ((org.apache.spark.sql.execution.streaming.runtime.StreamingQueryWrapper) query)
              .streamingQuery()
              .explainInternal(false);
      assertThat(plan).contains("ColumnarToRow").contains("mqtt-partitioned [sensor/#]");
    } finally {
      query.stop();
    }
  }

  /** What needs a row after its block has gone, or reads its columns in unusual ways. */
  private static Map<String, UnaryOperator<Dataset<Row>>> queries() {
    Map<String, UnaryOperator<Dataset<Row>>> queries = new LinkedHashMap<>();
    queries.put("everything", rows -> rows);
    queries.put("projection", rows -> rows.select("topic", "offset"));
    queries.put("no column", rows -> rows.agg(count(lit(1))));
    queries.put("filter", rows -> rows.filter(col("topic").contains("/3/")));
    queries.put("nulls", rows -> rows.filter(col("contentType").isNull()).select("offset"));
    queries.put(
        "min and max",
        rows ->
            rows.agg(min("topic"), max("topic"), min("payload"), max("timestamp"), max("broker")));
    queries.put(
        "first and last",
        rows ->
            rows.groupBy("partition")
                .agg(first("topic"), last("topic"), first("payload"), last("contentType", true)));
    queries.put(
        "collect_set",
        rows ->
            rows.agg(sort_array(collect_set("topic")), sort_array(collect_set("responseTopic"))));
    queries.put(
        "max_by",
        rows ->
            rows.groupBy("qos")
                .agg(max_by(col("topic"), concat(col("partition"), lit("/"), col("offset")))));
    queries.put(
        "grouped max", rows -> rows.groupBy("topic").agg(max("contentType"), max("offset")));
    queries.put("dedup", rows -> rows.select("topic", "qos").dropDuplicates());
    queries.put("distinct", rows -> rows.select("contentType").distinct());
    queries.put("concat", rows -> rows.select(concat(col("topic"), lit("@"), col("broker"))));
    queries.put("functions", rows -> rows.select(upper(col("topic")), length(col("payload"))));
    queries.put("grouped count", rows -> rows.groupBy("topic", "broker", "retained").count());
    queries.put("sums", rows -> rows.agg(sum("offset"), sum(length(col("payload")))));
    queries.put(
        "sort",
        rows -> rows.orderBy(col("topic").desc(), col("partition"), col("offset")).limit(20));
    queries.put(
        "explode",
        rows ->
            rows.select(col("offset"), explode(col("userProperties")).as("p"))
                .select("offset", "p.key", "p.value"));
    queries.put("arrays", rows -> rows.select(sort_array(col("userProperties"))));
    queries.put(
        "window",
        rows ->
            rows.select(
                col("offset"),
                lag("topic", 1).over(Window.partitionBy("partition").orderBy("offset"))));
    queries.put(
        "join",
        rows ->
            rows.as("a")
                .join(rows.as("b"), col("a.topic").equalTo(col("b.topic")))
                .filter(col("a.offset").lt(5).and(col("b.offset").lt(5)))
                .select("a.topic", "b.offset", "b.contentType"));
    queries.put("cache", rows -> rows.select("topic", "payload", "userProperties").cache());
    return queries;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rowsOutliveTheirBlocks(boolean codegen) throws Exception {
    spark.conf().set("spark.sql.codegen.wholeStage", codegen);
    spark.conf().set("spark.sql.codegen.factoryMode", codegen ? "FALLBACK" : "NO_CODEGEN");
    appendSome();
    Map<String, List<String>> found = new LinkedHashMap<>();
    try {
      assertThat(
              messages()
                  .writeStream()
                  .option("checkpointLocation", temp.resolve("checkpoint").toString())
                  .trigger(Trigger.AvailableNow())
                  .foreachBatch(
                      (rows, id) -> {
                        queries()
                            .forEach((name, query) -> found.put(name, sorted(query.apply(rows))));
                      })
                  .start()
                  .awaitTermination(300_000))
          .isTrue();
      Dataset<Row> plain = expectedRows();
      queries()
          .forEach(
              (name, query) ->
                  assertThat(found.get(name))
                      .as("%s, seed %d", name, seed)
                      .isEqualTo(sorted(query.apply(plain))));
    } finally {
      spark.catalog().clearCache();
      spark.conf().unset("spark.sql.codegen.wholeStage");
      spark.conf().unset("spark.sql.codegen.factoryMode");
    }
    assertThat(node.openCursors).isZero();
  }

  @Test
  void stateOutlivesTheBlocksOfItsBatch() throws Exception {
    Dataset<Row> grouped =
        messages()
            .groupBy("topic")
            .agg(count(lit(1)).as("n"), max("contentType").as("c"), min("payload").as("p"));
    StreamingQuery query = start(grouped, "state", "complete");
    try {
      for (int batch = 0; batch < 3; batch++) {
        appendSome();
        query.processAllAvailable();
      }
    } finally {
      query.stop();
    }
    assertThat(sorted(spark.table("state")))
        .as("seed %d", seed)
        .isEqualTo(
            sorted(
                expectedRows()
                    .groupBy("topic")
                    .agg(
                        count(lit(1)).as("n"),
                        max("contentType").as("c"),
                        min("payload").as("p"))));
  }

  private List<Long> offsetsOf(int partition, String... options) throws Exception {
    List<Long> offsets = new ArrayList<>();
    StreamingQuery query =
        messages(options)
            .writeStream()
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .trigger(Trigger.AvailableNow())
            .foreachBatch(
                (rows, id) -> {
                  rows.filter(col("partition").equalTo(partition))
                      .select("offset")
                      .collectAsList()
                      .forEach(row -> offsets.add(row.getLong(0)));
                })
            .start();
    assertThat(query.awaitTermination(300_000)).isTrue();
    return offsets;
  }

  @Test
  void restartGoesOnBehindTheLastBatch() throws Exception {
    append(0, 10);
    append(1, 7);
    assertThat(offsetsOf(0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(node.calls).noneMatch(call -> call.startsWith("trim"));
    assertThat(offsetsOf(0)).isEmpty();
    append(0, 3);
    assertThat(offsetsOf(0)).containsExactly(10L, 11L, 12L);
    assertThat(node.calls).contains("trim 0 before 10", "trim 1 before 7");
  }

  @Test
  void availableNowIsCutByTheLimits() throws Exception {
    append(0, 10);
    append(1, 3);
    StreamingQuery query = start(messages("maxOffsetsPerTrigger", "4"), "cut", "append");
    query.processAllAvailable();
    query.stop();
    assertThat(query.recentProgress())
        .filteredOn(progress -> progress.numInputRows() > 0)
        .extracting(progress -> progress.numInputRows())
        .containsExactly(4L, 4L, 4L, 1L);
    assertThat(spark.table("cut").count()).isEqualTo(13);
  }

  @Test
  void failedBatchIsReadAgain() throws Exception {
    append(0, 5);
    Dataset<Row> rows = messages();
    StreamingQuery failing =
        rows.writeStream()
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .foreachBatch(
                (VoidFunction2<Dataset<Row>, Long>)
                    (batch, id) -> {
                      throw new IllegalStateException("the sink is down");
                    })
            .start();
    assertThatThrownBy(() -> failing.awaitTermination()).hasMessageContaining("the sink is down");
    append(0, 2);
    assertThat(offsetsOf(0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void lostStoreFailsTheQueryOrIsSkipped() throws Exception {
    append(0, 5);
    append(1, 5);
    assertThat(offsetsOf(0)).hasSize(5);
    node.loseStore(0);
    assertThatThrownBy(() -> offsetsOf(0))
        .hasMessageContaining("The store of partition 0, ")
        .hasMessageContaining("is missing");
    assertThat(offsetsOf(0, "failOnDataLoss", "false")).isEmpty();
    append(0, 2);
    assertThat(offsetsOf(0)).containsExactly(5L, 6L);
  }

  @Test
  void stopWhileWaitingForTheEndIsAStop() throws Exception {
    StreamingQuery query =
        messages("drainTimeout", "1h")
            .writeStream()
            .format("noop")
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .trigger(Trigger.AvailableNow())
            .start();
    Await.until("the members to start", Duration.ofSeconds(30), () -> node.assignment(1) != null);
    TimeUnit.MILLISECONDS.sleep(50);
    query.stop();
    assertThat(query.exception().isEmpty()).isTrue();
    assertThat(node.calls).endsWith("release");
  }

  @Test
  void providerIsFoundByItsShortName() {
    Dataset<Row> rows =
        spark.readStream().format("mqtt-partitioned").option("topics", "a").load("tcp://broker");
    assertThat(rows.schema())
        .isEqualTo(new MqttColumns(PayloadType.BINARY, false, List.of()).schema());
  }

  @Test
  void wrongOptionIsRefusedAtLoad() {
    assertThatThrownBy(
            () ->
                spark
                    .readStream()
                    .format("mqtt-partitioned")
                    .option("topics", "a")
                    .option("qos", "3")
                    .load("tcp://broker"))
        .hasMessageContaining("qos");
  }

  @Test
  void schemaOfTheUsersOwnIsRefused() {
    assertThatThrownBy(
            () ->
                spark
                    .readStream()
                    .format("mqtt-partitioned")
                    .schema("topic STRING")
                    .option("topics", "a")
                    .load("tcp://broker"))
        .hasMessageContaining(
            """
            [MQTT_SCHEMA_NOT_SUPPORTED] The columns of format mqtt-partitioned are fixed, but \
            schema(topic STRING) was given. Remove schema(...) or the columns of CREATE TABLE, and \
            select the columns that you need from: topic STRING,payload""");
  }

  @Test
  void batchReadWithTheOptionsOfAStreamIsRefused() {
    assertThatThrownBy(
            () ->
                spark
                    .read()
                    .format("mqtt-partitioned")
                    .option("topics", "a")
                    .load("tcp://broker")
                    .count())
        .hasMessageStartingWith("[MQTT_READ_REFUSED] ")
        .hasMessageContaining("sourceCheckpoint");
  }

  @Test
  void columnsOfTheTopicAreAsInAQueryBySplit() throws Exception {
    Dataset<Row> columns =
        messages("topicColumns", "sensor/{room}/#, {kind}/+/{item}", "payloadType", "string")
            .selectExpr(
                "kind",
                "room",
                "if(topic like 'sensor/%', split(topic, '/')[1], null) expectedRoom",
                "if(payload is null, 1, 0) bad");
    StreamingQuery query = start(columns, "levels", "append");
    try {
      appendSome();
      query.processAllAvailable();
    } finally {
      query.stop();
    }
    assertThat(spark.table("levels").count()).isEqualTo(expected.size());
    assertThat(spark.table("levels").where("room is not null").count()).isPositive();
    assertThat(spark.table("levels").where("not (room <=> expectedRoom)").collectAsList())
        .isEmpty();
  }

  @Test
  void otherColumnsOnTheSameCheckpointAreToldAndTaken() throws Exception {
    run(messages(), rows -> rows);
    List<String> rooms = new ArrayList<>();
    try (CapturedLog log = new CapturedLog()) {
      run(
          messages("topicColumns", "sensor/{room}/#"),
          rows -> {
            rows.select("room").collectAsList().forEach(row -> rooms.add(row.getString(0)));
            return rows;
          });
      assertThat(log.lines("This is a change of schema")).hasSize(1);
    }
    assertThat(rooms).hasSize(10);
  }

  private void run(Dataset<Row> messages, UnaryOperator<Dataset<Row>> batches) throws Exception {
    append(0, 10);
    StreamingQuery query =
        messages
            .writeStream()
            .foreachBatch(
                (VoidFunction2<Dataset<Row>, Long>) (rows, batch) -> batches.apply(rows).count())
            .option("checkpointLocation", temp.resolve("checkpoint").toString())
            .start();
    try {
      query.processAllAvailable();
    } finally {
      query.stop();
    }
  }
}
