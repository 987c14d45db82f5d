// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.Sparkplug;
import io.github.mqttpartitioned.sparkplug.TahuPayload;
import io.github.mqttpartitioned.sparkplug.TahuPayload.Sample;
import io.github.mqttpartitioned.testkit.Spark;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.eclipse.tahu.message.model.Metric.MetricBuilder;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SparkplugDecodeTest {

  private static SparkSession spark;

  @BeforeAll
  static void register() {
    spark = Spark.session().newSession();
    spark.conf().set("spark.sql.session.timeZone", "UTC");
    Sparkplug.register(spark);
  }

  private static List<Row> decode(byte[]... payloads) {
    return spark
        .createDataset(Arrays.asList(payloads), Encoders.BINARY())
        .selectExpr("sparkplug_decode(value) as decoded")
        .collectAsList();
  }

  @Test
  void valuesOfEveryDatatypeAreThoseThatTahuHasSent() throws Exception {
    TahuPayload payload = new TahuPayload(1_700_000_000_500L, 7).uuid("a-uuid");
    List<Sample> samples = TahuPayload.samples();
    for (int i = 0; i < samples.size(); i++) {
      payload.born("m" + i, i, samples.get(i).type(), samples.get(i).value());
    }
    Row decoded = decode(payload.birth()).get(0).getStruct(0);
    assertThat(decoded.getTimestamp(0).toInstant().toEpochMilli()).isEqualTo(1_700_000_000_500L);
    assertThat(decoded.getLong(1)).isEqualTo(7);
    assertThat(decoded.getString(2)).isEqualTo("a-uuid");
    List<Row> metrics = decoded.getList(3);
    assertThat(metrics).hasSameSizeAs(samples);
    for (int i = 0; i < samples.size(); i++) {
      Row metric = metrics.get(i);
      Sample sample = samples.get(i);
      assertThat(metric.<String>getAs("name")).isEqualTo("m" + i);
      assertThat(metric.<Long>getAs("alias")).isEqualTo(i);
      assertThat(metric.<Timestamp>getAs("timestamp").toInstant().toEpochMilli()).isEqualTo(5_000);
      assertThat(metric.<String>getAs("datatype")).isEqualTo(sample.type().toString());
      assertThat(metric.<Boolean>getAs("is_null")).isFalse();
      assertThat(metric.<Boolean>getAs("is_historical")).isFalse();
      assertThat(text(metric.getAs(sample.column())))
          .as("%s", sample.type())
          .isEqualTo(sample.expected());
      boolean isArray = sample.type().toString().endsWith("Array");
      assertThat(
              Stream.of(
                      "long_value", "double_value", "boolean_value", "string_value", "bytes_value")
                  .filter(column -> metric.getAs(column) != null))
          .hasSize(isArray ? 2 : 1);
    }
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes
        ? Stream.iterate(0, i -> i < bytes.length, i -> i + 1)
            .map(i -> Base64.getEncoder().encodeToString(new byte[] {bytes[i]}))
            .collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  @Test
  void samplesHaveEveryDatatype() throws Exception {
    assertThat(TahuPayload.samples().stream().map(each -> each.type().toIntValue()).distinct())
        .hasSize(32)
        .allMatch(number -> number >= 1 && number <= 34);
  }

  @Test
  void nullAndHistoricalValuesAreMarked() throws Exception {
    Row decoded =
        decode(
                new TahuPayload(1, 0)
                    .metric(new MetricBuilder("n", MetricDataType.Int8, null).createMetric())
                    .metric(
                        new MetricBuilder("h", MetricDataType.Int8, (byte) 1)
                            .isHistorical(true)
                            .createMetric())
                    .birth())
            .get(0)
            .getStruct(0);
    List<Row> metrics = decoded.getList(3);
    assertThat(metrics.get(0).<Boolean>getAs("is_null")).isTrue();
    assertThat(metrics.get(0).<Long>getAs("long_value")).isNull();
    assertThat(metrics.get(1).<Boolean>getAs("is_historical")).isTrue();
  }

  @Test
  void anythingElseIsNull() {
    byte[][] others = {
      {},
      "{\"online\":true,\"timestamp\":1}".getBytes(StandardCharsets.UTF_8),
      "ONLINE".getBytes(StandardCharsets.UTF_8),
      {0x08},
      {0x12, 0x05, 0x01},
      {0x22, 0x01, (byte) 0xFF},
      // A field that a payload does not have, and nothing else.
      {0x7A, 0x00},
      // A number as the body, which is bytes: text such as this one.
      "(1".getBytes(StandardCharsets.UTF_8),
      null
    };
    assertThat(decode(others)).hasSize(others.length).allMatch(row -> row.isNullAt(0));
  }

  @Test
  void schemaIsThatOfTheContract() {
    assertThat(spark.sql("select sparkplug_decode(X'08') d").schema().apply("d").dataType().sql())
        .isEqualTo(
            "STRUCT<timestamp: TIMESTAMP, seq: BIGINT, uuid: STRING, metrics: ARRAY<STRUCT<name:"
                + " STRING, alias: BIGINT, timestamp: TIMESTAMP, datatype: STRING, is_historical:"
                + " BOOLEAN, is_null: BOOLEAN, long_value: BIGINT, double_value: DOUBLE,"
                + " boolean_value: BOOLEAN, string_value: STRING, bytes_value: BINARY>>>");
  }

  @Test
  void anotherNumberOfArgumentsOrAnotherTypeIsAnError() {
    assertThatThrownBy(() -> spark.sql("select sparkplug_decode()"))
        .hasMessageContaining("sparkplug_decode takes 1 argument, but 0 are given");
    assertThatThrownBy(() -> spark.sql("select sparkplug_decode(array(1))"))
        .hasMessageContaining("requires the \"BINARY\" type");
  }

  @Test
  void extensionsGiveEachSessionTheFunction() {
    SparkSession session = Spark.session().newSession();
    assertThat(
            session.sql("select sparkplug_decode(X'0801').seq").collectAsList().get(0).isNullAt(0))
        .isTrue();
    assertThat(
            session
                .sql("select unix_micros(sparkplug_decode(X'0801').timestamp)")
                .collectAsList()
                .get(0)
                .getLong(0))
        .isEqualTo(1_000);
    assertThat(session.sql("describe function sparkplug_decode").collectAsList().toString())
        .contains("the struct of a Sparkplug B payload");
  }
}
