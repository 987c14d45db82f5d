// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.settings.PayloadType;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkLayoutTest {

  @Test
  void rowsOfASourceFitAsTheyAre() {
    StructType rows = new MqttColumns(PayloadType.BINARY, true, List.of()).schema();
    assertThat(SinkLayout.of(rows, options("")).columns()).containsOnlyKeys(SinkColumn.values());
  }

  @Test
  void optionTopicTakesThePlaceOfTheColumn() {
    SinkLayout layout =
        SinkLayout.of(StructType.fromDDL("topic INT, payload STRING"), options("fixed/topic"));
    assertThat(layout.topic()).hasSize(1);
    assertThat(layout.columns()).containsOnlyKeys(SinkColumn.PAYLOAD);
  }

  @Test
  void stringsMayHaveACollation() {
    SinkLayout layout =
        SinkLayout.of(
            StructType.fromDDL("payload STRING COLLATE UTF8_LCASE, hall STRING COLLATE UTF8_LCASE"),
            options("a/{hall}"));
    assertThat(layout.place(SinkColumn.PAYLOAD).type()).isEqualTo(DataTypes.StringType);
    assertThat(layout.topic().get(1).column().type()).isEqualTo(DataTypes.StringType);
  }

  @Test
  void namesOfColumnsAreCaseInsensitive() {
    SinkLayout layout =
        SinkLayout.of(
            StructType.fromDDL("PAYLOAD BINARY, Hall STRING, QoS BIGINT"), options("a/{hall}"));
    assertThat(layout.columns()).containsOnlyKeys(SinkColumn.PAYLOAD, SinkColumn.QOS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topic STRING | | column payload is missing",
        "payload STRING | | column topic is missing, and so is the option topic",
        "topic STRING, payload INT | | column payload is int, but must be binary or string",
        "topic BINARY, payload STRING | | column topic is binary, but must be string",
        "topic STRING, payload STRING, qos STRING | | column qos is string, but must be int",
        "topic STRING, payload STRING, hall STRING | | column hall is unknown. Drop it, or name it",
        "payload STRING, hall STRING | a/{hal} | names {hal}, but the rows have no such column",
        "payload STRING, hall DOUBLE | a/{hall} | names {hall}, which is double. Cast it to string",
        "topic STRING, payload STRING, userProperties MAP<STRING,STRING> | | column userProperties is map",
        "topic STRING, payload STRING, PAYLOAD STRING | | column PAYLOAD is there twice"
      })
  void wrongColumnIsOneErrorThatSaysHowToCorrectIt(String ddl, String topic, String expected) {
    assertThatThrownBy(
            () -> SinkLayout.of(StructType.fromDDL(ddl), options(topic == null ? "" : topic)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("[MQTT_SINK_SCHEMA_INVALID]")
        .hasMessageContaining(expected);
  }

  private static SinkOptions options(String topic) {
    Map<String, String> given = new HashMap<>(Map.of("brokerUrl", "tcp://broker:1883"));
    if (!topic.isEmpty()) {
      given.put("topic", topic);
    }
    return SinkOptions.parse(given);
  }
}
