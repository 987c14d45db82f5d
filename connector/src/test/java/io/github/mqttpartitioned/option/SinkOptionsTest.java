// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.option.settings.TopicTemplate;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkOptionsTest {

  private static final String URL = "tcp://broker:1883";

  @Test
  void defaultsAreThoseOfTheContract() {
    SinkOptions options = SinkOptions.parse(Map.of("path", URL));
    assertThat(options.qos()).isEqualTo(1);
    assertThat(options.retained()).isFalse();
    assertThat(options.topic()).isEmpty();
    assertThat(options.deduplicationProperties()).isFalse();
    SinkSettings settings = options.settings("derived");
    assertThat(settings.maxInFlight()).isEqualTo(65_535);
    assertThat(settings.linger()).isEqualTo(Duration.ofMillis(5));
    assertThat(settings.clientIdPrefix()).isEqualTo("derived");
  }

  @Test
  void taskHasABrokerOfItsOwnOrEachUrlOfACluster() {
    String urls = "tcp://a,tcp://b,tcp://c";
    SinkSettings independent = SinkOptions.parse(Map.of("brokerUrl", urls)).settings("x");
    assertThat(independent.urlsOf(4)).containsExactly(new BrokerUrl("tcp://b"));
    SinkSettings cluster =
        SinkOptions.parse(
                Map.of("brokerUrl", urls, "brokerMode", "cluster", "connectTimeout", "10s"))
            .settings("x");
    assertThat(cluster.urlsOf(4)).isEqualTo(cluster.brokers()).hasSize(3);
    assertThat(cluster.sessionExpiry()).isGreaterThan(Duration.ofSeconds(60));
  }

  @Test
  void optionsOfSparksWritersAreNotUnknown() {
    SinkOptions.parse(
        Map.of("brokerUrl", URL, "checkpointLocation", "/c", "queryName", "q", "__internal", "x"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topics | a/# | Unknown option 'topics'. Did you mean 'topic'?",
        "maxInflght | 5 | Did you mean 'maxInFlight'?",
        "partitions | 5 | Repartition the rows instead",
        "qos | 3 | Accepted: 0, 1 or 2",
        "retained | yes | neither true nor false",
        "topic | alerts/+ | contains + or #",
        "topic | alerts/{hall | has a { without a }",
        "topic | alerts/hall} | has a } without a {",
        "topic | alerts/{} | braces that do not hold the name",
        "topic | $share/g/a | begins with $share/",
        "maxInFlight | 0 | Option maxInFlight: '0' is out of range",
        "linger | 5 | linger",
        "brokerMode | failover | Accepted: independent, cluster",
        "ssl.keystore.password | secret | ssl.keystore.location is missing"
      })
  void wrongOptionIsOneErrorThatSaysWhatIsAccepted(String name, String value, String expected) {
    Map<String, String> given = new HashMap<>(Map.of("brokerUrl", URL));
    given.put(name, value);
    assertThatThrownBy(() -> SinkOptions.parse(given))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining(expected)
        .hasMessageNotContaining("secret");
  }

  @Test
  void templateIsTakenApart() {
    TopicTemplate template = TopicTemplate.of("alerts/{hall}/x/{device}");
    assertThat(template.columns()).containsExactly("hall", "device");
    assertThat(template.parts())
        .extracting(TopicTemplate.Part::text)
        .containsExactly("alerts/", "hall", "/x/", "device");
  }

  @Test
  void secretsAreNotShown() {
    assertThat(SinkOptions.parse(Map.of("brokerUrl", URL, "password", "geheim")).toString())
        .contains("password=***")
        .doesNotContain("geheim");
  }
}
