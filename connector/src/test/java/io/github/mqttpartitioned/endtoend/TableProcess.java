// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Spark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Tables of the format in the session's catalog: a query reads one, a batch and another query write
 * to a second one, a batch reads what is stored. Runs on each version of Spark, where the return
 * types of some methods differ: therefore most of it is SQL.
 */
public final class TableProcess {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  private TableProcess() {}

  /**
   * Runs it in a process of its own.
   *
   * @param arguments folder, URL of the broker, class of the session catalog or nothing
   */
  public static void main(String[] arguments) throws Exception {
    SparkSession session = session(arguments[2]);
    // toTable of Spark 3.5 looks for the catalog in the active session.
    SparkSession.setActiveSession(session);
    work(session, Path.of(arguments[0]), arguments[1]);
    System.out.println("tables work on Spark " + Spark.session().version());
    System.exit(0);
  }

  /**
   * A session with a catalog.
   *
   * @param catalog class of the session catalog; empty for Spark's own
   */
  static SparkSession session(String catalog) {
    SparkSession session = Spark.session().newSession();
    if (!catalog.isEmpty()) {
      session.conf().set("spark.sql.catalog.spark_catalog", catalog);
    }
    return session;
  }

  /** Makes the tables, uses them, and removes them. */
  static void work(SparkSession spark, Path folder, String brokerUrl) throws Exception {
    spark.sql("CREATE DATABASE plant LOCATION '%s'".formatted(folder.resolve("warehouse")));
    try {
      spark.sql(
          """
          CREATE TABLE plant.sensors USING `mqtt-partitioned`
          OPTIONS (brokerUrl '%s', topics 'table/#', partitions '2', retention '1h',
                   payloadType 'string', sessionExpiry '1h')
          COMMENT 'what the plant says' TBLPROPERTIES ('team' = 'plant')
          """
              .formatted(brokerUrl));
      spark.sql(
          """
          CREATE TABLE plant.alerts (topic STRING, payload STRING) USING `mqtt-partitioned`
          OPTIONS (brokerUrl '%s')
          """
              .formatted(brokerUrl));
      StreamingQuery query = read(spark, folder);
      spark.sql("INSERT INTO plant.alerts VALUES ('table/1', 'one'), ('table/2', 'two')");
      write(spark, folder);
      Arrived.await(query, 4);
      List<String> expected = List.of("table/1 one", "table/2 two", "table/q 0", "table/q 1");
      assertThat(shown(spark.table("arrived"))).isEqualTo(expected);
      checkBatches(spark, folder, expected);
      query.stop();
    } finally {
      spark.sql("DROP DATABASE plant CASCADE");
    }
  }

  private static StreamingQuery read(SparkSession spark, Path folder) throws Exception {
    DataStreamWriter<Row> writer =
        spark.readStream().table("plant.sensors").writeStream().format("memory");
    Job.option(writer, "checkpointLocation", folder.resolve("checkpoint").toString());
    StreamingQuery query = writer.queryName("arrived").start();
    Await.until(
        "the first progress, exception " + query.exception(),
        LIMIT,
        () -> query.recentProgress().length > 0 || query.exception().isDefined());
    return query;
  }

  private static void write(SparkSession spark, Path folder) throws Exception {
    String numbers = folder.resolve("numbers").toString();
    spark.range(2).write().parquet(numbers);
    DataStreamWriter<Row> writer =
        spark
            .readStream()
            .schema("id bigint")
            .parquet(numbers)
            .selectExpr("'table/q' AS topic", "CAST(id AS STRING) AS payload")
            .writeStream()
            .trigger(Trigger.AvailableNow());
    Job.option(writer, "checkpointLocation", folder.resolve("written").toString());
    writer.toTable("plant.alerts").awaitTermination();
  }

  private static void checkBatches(SparkSession spark, Path folder, List<String> expected) {
    String checkpoint = folder.resolve("checkpoint").toString();
    assertThat(shown(spark.read().option("sourceCheckpoint", checkpoint).table("plant.sensors")))
        .isEqualTo(expected);
    spark.sql(
        """
        CREATE TABLE plant.stored USING `mqtt-partitioned`
        OPTIONS (sourceCheckpoint '%s', payloadType 'string')
        """
            .formatted(checkpoint));
    assertThat(shown(spark.sql("SELECT topic, payload FROM plant.stored"))).isEqualTo(expected);
  }

  private static List<String> shown(Dataset<Row> rows) {
    return rows.selectExpr("concat(topic, ' ', payload)").collectAsList().stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }
}
