// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.MqttCatalog;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code CREATE TABLE … USING `mqtt-partitioned`}, with Spark's own session catalog and with ours.
 */
class TableTest {

  private static final String UNUSED_BROKER = "tcp://127.0.0.1:1";

  @TempDir Path folder;

  static Stream<String> catalogs() {
    return Stream.of("", MqttCatalog.class.getName());
  }

  @ParameterizedTest(name = "catalog \"{0}\"")
  @MethodSource("catalogs")
  void tableIsReadByQueriesAndBatchesAndWrittenTo(String catalog) throws Exception {
    try (TestBroker broker = TestBrokers.start()) {
      TableProcess.work(TableProcess.session(catalog), folder, broker.url());
    }
  }

  @ParameterizedTest(name = "catalog \"{0}\"")
  @MethodSource("catalogs")
  void mistakesAreNamed(String catalog) {
    SparkSession spark = TableProcess.session(catalog);
    spark.sql("CREATE DATABASE mistakes LOCATION '%s'".formatted(folder));
    try {
      assertThatThrownBy(
              () -> create(spark, "", "brokerUrl '%s', topic 'a'".formatted(UNUSED_BROKER)))
          .hasMessageContaining("Unknown option 'topic'. Did you mean 'topics'?")
          .hasMessageNotContaining("owner");
      assertThatThrownBy(
              () ->
                  create(
                      spark,
                      "(topic STRING, value STRING)",
                      "brokerUrl '%s', topics 'a'".formatted(UNUSED_BROKER)))
          .hasMessageContaining("[MQTT_SCHEMA_NOT_SUPPORTED] ")
          .hasMessageContaining("CREATE TABLE");
      create(spark, "", "brokerUrl '%s', topics 'a'".formatted(UNUSED_BROKER));
      assertThat(spark.table("mistakes.t").columns()).contains("topic", "payload", "broker");
      assertThatThrownBy(() -> spark.table("mistakes.t").count())
          .hasMessageStartingWith("[MQTT_READ_REFUSED] ")
          .hasMessageContaining("sourceCheckpoint");
      assertThatThrownBy(
              () ->
                  spark
                      .readStream()
                      .option("includeProperties", "true")
                      .table("mistakes.t")
                      .writeStream()
                      .format("noop")
                      .start()
                      .processAllAvailable())
          .hasMessageContaining("[MQTT_SCHEMA_NOT_SUPPORTED] ")
          .hasMessageContaining("includeProperties");
    } finally {
      spark.sql("DROP DATABASE mistakes CASCADE");
    }
  }

  private static void create(SparkSession spark, String columns, String options) {
    spark.sql(
        "CREATE TABLE mistakes.t %s USING `mqtt-partitioned` OPTIONS (%s)"
            .formatted(columns, options));
  }
}
