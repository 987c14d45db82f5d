// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.AckMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceIdentityJsonTest {

  /** As it is in checkpoints of version 1: each release must read and write this text. */
  private static final String JSON =
      """
      {"version":1,"sourceId":"0123456789abcdef0123456789abcdef","partitions":4,"retired":1,\
      "begun":4,"group":"g","clientIdPrefix":"c","brokers":["tcp://a:1883","ssl://b:8883"],\
      "topics":["factory/#","x"],"formerFilters":["$share/g/old"],"ackMode":"processed",\
      "storeDir":"/data"}""";

  private static final SourceIdentity IDENTITY =
      new SourceIdentity(
          "0123456789abcdef0123456789abcdef",
          4,
          1,
          4,
          "g",
          "c",
          List.of(new BrokerUrl("tcp://a:1883"), new BrokerUrl("ssl://b:8883")),
          List.of(new TopicFilter("factory/#"), new TopicFilter("x")),
          List.of("$share/g/old"),
          AckMode.PROCESSED,
          "/data");

  @Test
  void textOfVersionOneIsReadAndWritten() {
    assertThat(SourceIdentityJson.write(IDENTITY)).isEqualTo(JSON);
    assertThat(SourceIdentityJson.read(JSON, "here")).isEqualTo(IDENTITY);
  }

  @Test
  void storesInTheCheckpointAreANull() {
    String json =
        JSON.replace("\"/data\"", "null")
            .replace("processed", "stored")
            .replace("[\"$share/g/old\"]", "[]");
    SourceIdentity identity = SourceIdentityJson.read(json, "here");
    assertThat(identity.storeDir()).isNull();
    assertThat(identity.ackMode()).isEqualTo(AckMode.STORED);
    assertThat(SourceIdentityJson.write(identity)).isEqualTo(json);
  }

  @Test
  void fieldThatThisReleaseDoesNotKnowIsPassedOver() {
    assertThat(SourceIdentityJson.read(JSON.replace("}", ",\"color\":\"red\"}"), "here"))
        .isEqualTo(IDENTITY);
  }

  @Test
  void textOfANewerReleaseIsRefused() {
    assertThatThrownBy(() -> SourceIdentityJson.read("{\"version\":2,\"id\":[]}", "file:/c/1.json"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            """
            [MQTT_CHECKPOINT_VERSION] Cannot read file:/c/1.json: it has version 2, but this \
            release reads version 1. Run the release that wrote the file, or a newer one.""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\":1|\"version\":\"1\"",
        "\"version\":1,|",
        "\"partitions\":4|\"partitions\":\"4\"",
        "\"partitions\":4|\"partitions\":4.0",
        "\"partitions\":4|\"partitions\":0",
        "\"partitions\":4|\"partitions\":4,\"partitions\":5",
        "\"retired\":1|\"retired\":-1",
        "\"begun\":4|\"begun\":null",
        "\"begun\":4|\"begun\":6",
        "\"begun\":4,|",
        "\"0123456789abcdef0123456789abcdef\"|\"0123\"",
        "\"0123456789abcdef0123456789abcdef\"|null",
        "[\"tcp://a:1883\",\"ssl://b:8883\"]|\"tcp://a:1883\"",
        "[\"tcp://a:1883\",\"ssl://b:8883\"]|[]",
        "ssl://b:8883|b",
        "\"factory/#\"|null",
        "factory/#|#/factory",
        "\"processed\"|\"later\"",
        ",\"storeDir\":\"/data\"|",
        "}|",
        "}|}}",
      })
  void anythingElseIsDamage(String part, String instead) {
    String damaged = JSON.replace(part, instead == null ? "" : instead);
    assertThat(damaged).isNotEqualTo(JSON);
    assertDamaged(damaged);
  }

  @Test
  void textThatIsNoIdentityAtAllIsDamage() {
    for (String text : List.of("", "{", "{}", "[]", "null", "1", "{\"version\":1}")) {
      assertDamaged(text);
    }
  }

  private static void assertDamaged(String text) {
    assertThatThrownBy(() -> SourceIdentityJson.read(text, "file:/c/source.2.json"))
        .as(text)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            """
            [MQTT_CHECKPOINT_DAMAGED] Cannot read file:/c/source.2.json: it is damaged. Restore \
            the checkpoint from a copy, or start a new query with another checkpointLocation.""");
  }
}
