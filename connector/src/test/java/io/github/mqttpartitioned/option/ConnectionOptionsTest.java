// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.GivenOptions.error;
import static io.github.mqttpartitioned.option.GivenOptions.exception;
import static io.github.mqttpartitioned.option.GivenOptions.options;
import static io.github.mqttpartitioned.option.GivenOptions.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.credentials.CredentialSettings;
import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.option.settings.BrokerMode;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that say which broker, which messages and who asks for them. */
class ConnectionOptionsTest {

  @Nested
  class BrokerUrls {

    @Test
    void areSplitAtCommasAndNormalised() {
      assertThat(parse("brokerUrl", " tcp://a , WSS://b:444/mqtt").brokers())
          .containsExactly(new BrokerUrl("tcp://a:1883"), new BrokerUrl("wss://b:444/mqtt"));
    }

    @Test
    void ofMqttAreThoseOfTcpAndSsl() {
      assertThat(parse("brokerUrl", "mqtt://a,MQTTS://b").brokers())
          .containsExactly(new BrokerUrl("tcp://a:1883"), new BrokerUrl("ssl://b:8883"));
    }

    @ParameterizedTest
    @CsvSource({
      "tcp://mqtt_broker:1883, tcp://mqtt_broker:1883",
      "tcp://mqtt_broker, tcp://mqtt_broker:1883",
      "ssl://[::1]:8884, ssl://[::1]:8884",
      "wss://[fe80::1], wss://[fe80::1]:443",
      "ssl://host.example.:8883, ssl://host.example.:8883",
      "tcp://brökér, tcp://xn--brkr-dpa0f:1883",
      "ws://a_b/x, ws://a_b:80/x",
      "tcp://Broker, tcp://broker:1883",
      "tcp://My_Broker, tcp://my_broker:1883",
      "tcp://[FE80::1%25Eth0], tcp://[fe80::1%25Eth0]:1883",
      "tcp://[fe80::1%eth0], tcp://[fe80::1%25eth0]:1883",
      "'ws://a/Größe?x=ü', ws://a:80/Gr%C3%B6%C3%9Fe",
    })
    void takeEachHostThatAResolverTakes(String url, String normalised) {
      assertThat(parse("brokerUrl", url).brokers()).hasToString("[" + normalised + "]");
    }

    @Test
    void keepTheQueryOfAWebSocketToThemselves() {
      SourceOptions options =
          parse("brokerUrl", "wss://a/mqtt?X-Amz-Signature=hunter2@,ws://b?token=hunter2");
      assertThat(options.brokers())
          .extracting(BrokerUrl::url)
          .containsExactly("wss://a:443/mqtt?X-Amz-Signature=hunter2@", "ws://b:80?token=hunter2");
      assertThat(options.brokers()).hasToString("[wss://a:443/mqtt, ws://b:80]");
      assertThat(options).asString().doesNotContain("hunter2");
      assertThat(error("brokerUrl", "tcp://a?token=hunter2")).doesNotContain("hunter2");
    }

    @Test
    void ofAClusterMayBeMoreThanPartitions() {
      SourceOptions options =
          parse("brokerUrl", "tcp://a,tcp://b", "brokerMode", "Cluster", "partitions", "1");
      assertThat(options.brokerMode()).isEqualTo(BrokerMode.CLUSTER);
      assertThat(parse().brokerMode()).isEqualTo(BrokerMode.INDEPENDENT);
    }

    @Test
    void mayComeAsPathOfLoad() {
      SourceOptions options = SourceOptions.parse(Map.of("path", "tcp://a", "topics", "t"));
      assertThat(options.brokers()).containsExactly(new BrokerUrl("tcp://a"));
      assertThat(options).hasToString("SourceOptions{brokerUrl=tcp://a, topics=t}");
    }

    @Test
    void mayComeTwiceIfEqual() {
      assertThat(parse("path", "tcp://broker").brokers()).hasSize(1);
    }

    @Test
    void thatDifferFromPathContradict() {
      assertThat(error("path", "tcp://other"))
          .isEqualTo(
              "[MQTT_CONFLICTING_OPTIONS] Options brokerUrl ('tcp://broker') and path ('tcp://other') contradict each other."
                  + " Give only one of them.");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "http://b | must begin with tcp://, ssl://, ws://, wss://, mqtt:// or mqtts://",
          "b:1883 | must begin with tcp://, ssl://, ws://, wss://, mqtt:// or mqtts://",
          "ws://b/mqtt#x | must not have a fragment",
          "tcp://b c | is not a URL: Illegal character in authority",
          "tcp://b*c | has no host",
          "tcp://-:-1 | has a port that is no number, accepted are 1 to 65535",
          "tcp://h:12345678901 | has a port that is no number, accepted are 1 to 65535",
          "tcp://h_1:mqtt | has a port that is no number, accepted are 1 to 65535",
          "tcp://::1:1883 | has an IPv6 address without brackets: write it as in tcp://[::1]:1883",
          "tcp://::1 | has an IPv6 address without brackets: write it as in tcp://[::1]:1883",
          "tcp://b:70000 | has port 70000, accepted are 1 to 65535",
          "tcp://b/x | must not have a path: only ws:// and wss:// have one",
          "tcp:// | is not a URL: Expected authority",
        })
    void thatAreWrongAreNamed(String url, String fault) {
      assertThat(error("brokerUrl", "tcp://a," + url))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option brokerUrl: '"
                  + url
                  + "' "
                  + fault
                  + ". Accepted: comma-separated tcp://, ssl://, ws://, wss://, mqtt:// or mqtts:// URLs.");
    }

    @Test
    void areNeitherEmptyNorThereTwice() {
      assertThat(error("brokerUrl", ""))
          .startsWith("[MQTT_INVALID_OPTION] Option brokerUrl: '' is empty. Accepted:");
      assertThat(error("brokerUrl", "tcp://a,,tcp://b"))
          .startsWith(
              "[MQTT_INVALID_OPTION] Option brokerUrl: '' is an empty element. Remove a comma. Accepted:");
      assertThat(error("brokerUrl", "tcp://a,tcp://A:1883,tcp://a:1883/"))
          .contains(
              "[MQTT_INVALID_OPTION] Option brokerUrl: 'tcp://A:1883' is given twice. Give it once. Accepted:");
    }

    @Test
    void areRequired() {
      assertThat(exception(Map.of("topics", "a")))
          .hasMessage(
              "[MQTT_MISSING_OPTION] Option brokerUrl is missing. Give comma-separated tcp://, ssl://, ws://, wss://, mqtt:// or mqtts://"
                  + " URLs.");
    }
  }

  @Nested
  class Topics {

    private static final String ACCEPTED =
        " Accepted: comma-separated MQTT topic filters, such as sensors/+/temperature or"
            + " alarms/#.";

    @Test
    void areSplitAtCommas() {
      assertThat(parse("topics", "a/+, b c/#,d/+/y").topics())
          .containsExactly(
              new TopicFilter("a/+"), new TopicFilter("b c/#"), new TopicFilter("d/+/y"));
    }

    /** Quotes, JSON, and what Python makes of a list and of its strings. */
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "\"a/b\" | a/b",
          "\"a,b\", c | a,b ; c",
          "\"say \"\"hi\"\"\" | say \"hi\"",
          "a\"b | a\"b",
          "[\"a/b\", \"c,d\"] | a/b ; c,d",
          "[\"a\\u002fb\"] | a/b",
          "['a/b', \"it's\", 'x\\'y'] | a/b ; it's ; x'y",
          "\"[a]/b\" | [a]/b",
          "\"(a)\" | (a)",
        })
    void mayHoldCommasAndComeAsAList(String text, String filters) {
      assertThat(parse("topics", text).topics())
          .extracting(TopicFilter::filter)
          .containsExactly(filters.split(" ; "));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "('a/b',)",
          "(a/b, c/d)",
          "List(a/b)",
          "Set(a)",
          "WrappedArray(a/b, c)",
          "{'a/b'}",
          "{\"topic\": \"a\"}"
        })
    void thatAreACollectionOfALanguageAreRefused(String text) {
      assertThat(error("topics", text))
          .startsWith("[MQTT_INVALID_OPTION] Option topics: '" + text + "' looks like a collection")
          .contains("Write a,b or [\"a\",\"b\"]");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"[a/b, c/d]", "[", "[1]", "[\"a\"] x", "[[\"a\"]]", "[Ljava.lang.String;@1b2c"})
    void thatBeginWithABracketAreJson(String text) {
      assertThat(error("topics", text))
          .startsWith(
              "[MQTT_INVALID_OPTION] Option topics: '" + text + "' begins with [ and is no JSON");
    }

    /** They would be filters that match nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"'a/b'", "'a','b'", "'a,b'", "a, 'b'", "'"})
    void inSingleQuotesAreRefused(String text) {
      assertThat(error("topics", text))
          .startsWith(
              "[MQTT_INVALID_OPTION] Option topics: '" + text + "' has an element that begins")
          .contains("Write a,b or \"a\",\"b\"; a single quote of its own");
      assertThat(parse("topics", "\"'a'\",it's").topics())
          .extracting(TopicFilter::filter)
          .containsExactly("'a'", "it's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b\nc/d", "\"a\r\nb\"", "[\"a\\nb\"]", "a/\u0007", "a\u0085b"})
    void withControlCharactersAreRefused(String text) {
      assertThat(error("topics", text))
          .contains("holds the control character U+00", "there is a comma, and no line break");
    }

    @Test
    void thatAreQuotedAreClosed() {
      assertThat(error("topics", "\"a,b")).contains("does not end with one");
      assertThat(error("topics", "\"a\"b,c")).contains("text between a closing quote and");
      assertThat(error("topics", "[]")).contains("is empty");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "a/#/b | has # before its end: # must be the whole last level",
          "a+ | has + inside a level: + must be a whole level",
          "$share/g/a | begins with $share/: give the plain filter, the share name goes into the"
              + " option group",
        })
    void thatAreWrongAreNamed(String filter, String fault) {
      assertThat(error("topics", "ok," + filter))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option topics: '" + filter + "' " + fault + "." + ACCEPTED);
    }

    @Test
    void areNeitherEmptyNorThereTwice() {
      assertThat(error("topics", " "))
          .isEqualTo("[MQTT_INVALID_OPTION] Option topics: ' ' is empty." + ACCEPTED);
      assertThat(error("topics", "a,"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option topics: '' is an empty element. Remove a comma."
                  + ACCEPTED);
      assertThat(error("topics", "a,b,a"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option topics: 'a' is given twice. Give it once." + ACCEPTED);
    }

    @Test
    void areRequired() {
      assertThat(exception(Map.of("path", "tcp://b")))
          .hasMessage(
              "[MQTT_MISSING_OPTION] Option topics is missing. Give comma-separated MQTT topic filters, such as"
                  + " sensors/+/temperature or alarms/#.");
    }
  }

  @Nested
  class Partitions {

    @Test
    void areLeftToSparkByDefault() {
      assertThat(parse().partitions()).isEmpty();
      assertThat(parse("partitions", "12").partitions()).isEqualTo(OptionalInt.of(12));
    }

    @ParameterizedTest
    @CsvSource({"0, is out of range", "-1, is out of range", "2147483648, is out of range"})
    void areAtLeastOne(String value, String fault) {
      assertThat(error("partitions", value))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option partitions: '"
                  + value
                  + "' "
                  + fault
                  + ". Accepted: a whole number from 1.");
    }

    @Test
    void areWholeNumbers() {
      assertThat(error("partitions", "many"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option partitions: 'many' is not a whole number. Accepted: a whole number from 1.");
    }

    @Test
    void areAtLeastAsManyAsBrokers() {
      assertThat(parse("brokerUrl", "tcp://a,tcp://b", "partitions", "2").brokers()).hasSize(2);
      assertThat(error("brokerUrl", "tcp://a,tcp://b,tcp://c", "partitions", "2"))
          .isEqualTo(
              "[MQTT_CONFLICTING_OPTIONS] Options partitions (2) and brokerUrl (3 URLs) contradict each other: a broker"
                  + " without a partition is never read. Give at least 3 partitions, or fewer"
                  + " URLs.");
    }
  }

  @Nested
  class Identity {

    @Test
    void isDerivedByDefault() {
      assertThat(parse().group()).isEmpty();
      assertThat(parse().clientIdPrefix()).isEmpty();
      assertThat(parse("group", "g", "clientIdPrefix", "c"))
          .returns("g", options -> options.group().orElseThrow())
          .returns("c", options -> options.clientIdPrefix().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "+", "a#"})
    void hasNoWildcardInTheGroup(String group) {
      assertThat(error("group", group))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option group: '"
                  + group
                  + "' contains /, + or #, which MQTT forbids in a share name. Accepted: text without"
                  + " /, + and #.");
    }

    @Test
    void isNotEmpty() {
      assertThat(error("group", ""))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option group: '' is empty. Accepted: text without /, + and #.");
      assertThat(error("clientIdPrefix", ""))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option clientIdPrefix: '' is empty. Accepted: text of 1 to 65524 bytes of UTF-8.");
    }

    @Test
    void isTextThatMqttCanCarry() {
      assertThat(error("clientIdPrefix", "a\u0000"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option clientIdPrefix: 'a\\u0000' contains the character U+0000, which MQTT forbids."
                  + " Accepted: text of 1 to 65524 bytes of UTF-8.");
      assertThat(error("clientIdPrefix", "a\ud800"))
          .contains("contains half a surrogate pair, which MQTT forbids");
    }

    @Test
    void leavesRoomForThePartitionInTheClientId() {
      assertThat(parse("clientIdPrefix", "c".repeat(65_524)).clientIdPrefix()).isPresent();
      assertThat(error("clientIdPrefix", "ü".repeat(32_763)))
          .contains("is longer than 65524 bytes of UTF-8");
    }

    @Test
    void leavesRoomForTheFilterInTheSharedSubscription() {
      assertThat(error("group", "g".repeat(65_535)))
          .isEqualTo(
              "[MQTT_CONFLICTING_OPTIONS] Options group and topics contradict each other: $share/<group>/<filter> takes 65552"
                  + " bytes of UTF-8, but MQTT allows 65535. Shorten one of them.");
    }

    @Test
    void mayHaveUserAndPasswordOrEither() {
      assertThat(parse().credentials()).isEqualTo(CredentialSettings.NONE);
      assertThat(parse("password", " p ").credentials())
          .isEqualTo(CredentialSettings.fixed(null, new Secret(" p ")));
      assertThat(parse("username", "me").credentials())
          .isEqualTo(CredentialSettings.fixed("me", null));
      assertThat(error("username", ""))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option username: '' is empty. Accepted: text of 1 to 65535 bytes of UTF-8.");
    }
  }
}
