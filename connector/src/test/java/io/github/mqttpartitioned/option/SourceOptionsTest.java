// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.GivenOptions.error;
import static io.github.mqttpartitioned.option.GivenOptions.exception;
import static io.github.mqttpartitioned.option.GivenOptions.options;
import static io.github.mqttpartitioned.option.GivenOptions.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How options are named, reported and kept secret. */
class SourceOptionsTest {

  private static final String KNOWN =
      DeclaredSourceOptions.ALL.stream()
          .map(Option::key)
          .collect(Collectors.joining(", ", " Known options: ", "."));

  @Test
  void thousandsOfTopicFiltersTakeNoTimeToSpeakOf() {
    String topics =
        IntStream.range(0, 5_000)
            .mapToObj(i -> "plant/+/line/%d/#".formatted(i))
            .collect(Collectors.joining(","));
    SourceOptions parsed =
        assertTimeout(
            Duration.ofSeconds(2),
            () -> parse("topics", topics, "topicColumns", "plant/{hall}/line/{line:int}/#"));
    assertThat(parsed.topics()).hasSize(5_000);
  }

  @Nested
  class Declarations {

    @Test
    void areAllListedInOrder() throws IllegalAccessException {
      List<Object> constants = new ArrayList<>();
      for (Field field : DeclaredSourceOptions.class.getDeclaredFields()) {
        if (Modifier.isPublic(field.getModifiers()) && field.getType() == Option.class) {
          constants.add(field.get(null));
        }
      }
      assertThat(DeclaredSourceOptions.ALL).isNotEmpty().isEqualTo(constants);
    }

    @Test
    void haveDefaultsOfTheContract() {
      Map<String, String> defaults = new HashMap<>();
      DeclaredSourceOptions.ALL.stream()
          .filter(option -> option.defaultText().startsWith("`"))
          .forEach(option -> defaults.put(option.key(), option.defaultText().replace("`", "")));
      assertThat(defaults)
          .containsExactlyInAnyOrderEntriesOf(
              Map.ofEntries(
                  Map.entry("brokerMode", "independent"),
                  Map.entry("qos", "1"),
                  Map.entry("ssl.endpoint.identification.algorithm", "https"),
                  Map.entry("keepAlive", "60s"),
                  Map.entry("connectTimeout", "30s"),
                  Map.entry("sessionExpiry", "7d"),
                  Map.entry("receiveMaximum", "65535"),
                  Map.entry("retainHandling", "ignore"),
                  Map.entry("storeMaxBytes", "10g"),
                  Map.entry("linger", "5ms"),
                  Map.entry("ackMode", "stored"),
                  Map.entry("failOnDataLoss", "true"),
                  Map.entry("storeRecoveryTimeout", "5m"),
                  Map.entry("retention", "0s"),
                  Map.entry("maxTriggerDelay", "15m"),
                  Map.entry("drainTimeout", "5s"),
                  Map.entry("includeProperties", "false"),
                  Map.entry("payloadType", "binary")));
    }

    @Test
    void defaultsGoThroughTheSameParserAsGivenValues() {
      Map<String, String> written = options();
      DeclaredSourceOptions.ALL.stream()
          .filter(option -> option.defaultText().startsWith("`"))
          .filter(option -> !option.key().startsWith("ssl."))
          .forEach(option -> written.put(option.key(), option.defaultText().replace("`", "")));
      SourceOptions given = SourceOptions.parse(written);
      SourceOptions leftOut = parse();
      assertThat(given.keepAlive()).isEqualTo(leftOut.keepAlive());
      assertThat(given.storeMaxBytes()).isEqualTo(leftOut.storeMaxBytes());
      assertThat(given.ackMode()).isEqualTo(leftOut.ackMode());
    }
  }

  @Nested
  class Names {

    @Test
    void countInAnyCase() {
      assertThat(parse("QoS", "2", "KEEPALIVE", "5s"))
          .returns(2, SourceOptions::qos)
          .returns(Duration.ofSeconds(5), SourceOptions::keepAlive);
    }

    @Test
    void thatSparkLowersAreKnown() {
      Map<String, String> lowered = new HashMap<>();
      lowered.put("brokerurl", "tcp://b");
      lowered.put("topics", "a");
      lowered.put("includeproperties", "true");
      assertThat(SourceOptions.parse(lowered).includeProperties()).isTrue();
    }

    @Test
    void inTwoCasesWithDifferentValuesContradict() {
      Map<String, String> twice = new HashMap<>(options());
      twice.put("qos", "1");
      twice.put("QOS", "2");
      assertThat(exception(twice))
          .hasMessage(
              "[MQTT_CONFLICTING_OPTIONS] Options QOS ('2') and qos ('1') contradict each other. Give only one of them.");
    }

    @Test
    void inTwoCasesWithDifferentSecretsShowNeither() {
      Map<String, String> twice = new HashMap<>(options());
      twice.put("password", "hunter2");
      twice.put("Password", "hunter3");
      assertThat(exception(twice))
          .hasMessage(
              "[MQTT_CONFLICTING_OPTIONS] Options Password ('***') and password ('***') contradict each other. Give only"
                  + " one of them.");
    }

    @ParameterizedTest
    @CsvSource({
      "topcs, topics",
      "qoss, qos",
      "broker_url, brokerUrl",
      "storDir, storeDir",
      "pasword, password",
      "maxOffsetPerTrigger, maxOffsetsPerTrigger",
      "ssl.trustore.location, ssl.truststore.location",
      "ackmod, ackMode",
    })
    void withTypingErrorsGetTheNearestKnownOne(String typed, String meant) {
      assertThat(error(typed, "secret"))
          .isEqualTo(
              "[MQTT_UNKNOWN_OPTION] Unknown option '"
                  + typed
                  + "'. Did you mean '"
                  + meant
                  + "'?"
                  + KNOWN);
    }

    @Test
    void farFromAnyGetTheList() {
      assertThat(error("colour", "green"))
          .isEqualTo("[MQTT_UNKNOWN_OPTION] Unknown option 'colour'." + KNOWN);
    }

    @Test
    void ofOtherConnectorsGetAHint() {
      assertThat(error("topic", "a"))
          .isEqualTo(
              "[MQTT_UNKNOWN_OPTION] Unknown option 'topic'. Did you mean 'topics'? It takes one or more topic filters,"
                  + " separated by commas."
                  + KNOWN);
      assertThat(error("clientId", "a"))
          .isEqualTo(
              "[MQTT_UNKNOWN_OPTION] Unknown option 'clientId'. Did you mean 'clientIdPrefix'? Each partition has a"
                  + " session of its own: partition p connects as <prefix>-<p>."
                  + KNOWN);
      assertThat(error("cleansession", "true"))
          .isEqualTo(
              "[MQTT_UNKNOWN_OPTION] Unknown option 'cleansession'. Remove it: a member's session always outlives its"
                  + " connection, otherwise messages would be lost. sessionExpiry says how long"
                  + " the broker keeps the session."
                  + KNOWN);
    }

    @ParameterizedTest
    @CsvSource({
      "brokerUrls, brokerUrl",
      "url, brokerUrl",
      "kafka.bootstrap.servers, brokerUrl",
      "paths, brokerUrl",
      "subscribe, topics",
      "minPartitions, partitions",
      "groupId, group",
      "user, username",
      "persistence, storeDir",
      "localStorage, storeDir",
      "badRecordsPath, deadLetterDir",
      "deadLetterQueue, deadLetterDir",
      "connectionTimeout, connectTimeout",
      "keepAliveInterval, keepAlive",
      "sessionExpiryInterval, sessionExpiry",
      "maxInflight, receiveMaximum",
    })
    void ofOtherConnectorsAreSentToTheRightOption(String theirs, String ours) {
      assertThat(error(theirs, "x"))
          .startsWith(
              "[MQTT_UNKNOWN_OPTION] Unknown option '"
                  + theirs
                  + "'. Did you mean '"
                  + ours
                  + "'? ");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "cleanStart",
          "autoReconnect",
          "mqttVersion",
          "startingOffsets",
          "endingOffsets"
        })
    void ofOtherConnectorsWithoutMeaningHereAreToBeLeftOut(String theirs) {
      assertThat(error(theirs, "x")).contains("Remove it: ").endsWith(KNOWN);
    }

    @Test
    void ofTheQueryAreSentToTheQuery() {
      assertThat(error("checkpointLocation", "/c"))
          .isEqualTo(
              "[MQTT_UNKNOWN_OPTION] Unknown option 'checkpointLocation'. It belongs to the query: give it to"
                  + " writeStream, not to readStream."
                  + KNOWN);
    }

    @Test
    void withoutValueAreRefused() {
      assertThat(error("qos", null))
          .isEqualTo("[MQTT_INVALID_OPTION] Option qos is null. Give a value, or remove it.");
    }
  }

  @Nested
  class Problems {

    @Test
    void areAllToldAtOnce() {
      OptionException e =
          exception(Map.of("topics", "a/#/b,c+", "qos", "3", "topic", "a", "clientID", "b"));
      assertThat(e)
          .hasMessage(
              """
              [MQTT_INVALID_OPTIONS] There are 6 problems with the options: clientID, topic, \
              brokerUrl, topics, qos
              - [MQTT_UNKNOWN_OPTION] Unknown option 'clientID'. Did you mean 'clientIdPrefix'? \
              Each partition has a session of its own: partition p connects as <prefix>-<p>.
              - [MQTT_UNKNOWN_OPTION] Unknown option 'topic'. Did you mean 'topics'? It takes one or more topic \
              filters, separated by commas.%s
              - [MQTT_MISSING_OPTION] Option brokerUrl is missing. Give comma-separated tcp://, ssl://, ws://, \
              wss://, mqtt:// or mqtts:// URLs.
              - [MQTT_INVALID_OPTION] Option topics: 'a/#/b' has # before its end: # must be the whole last level. \
              Accepted: comma-separated MQTT topic filters, such as sensors/+/temperature or \
              alarms/#.
              - [MQTT_INVALID_OPTION] Option topics: 'c+' has + inside a level: + must be a whole level. Accepted: \
              comma-separated MQTT topic filters, such as sensors/+/temperature or alarms/#.
              - [MQTT_INVALID_OPTION] Option qos: '3' is out of range. Accepted: 0, 1 or 2."""
                  .formatted(KNOWN));
    }

    @Test
    void stayOnOneLineEach() {
      assertThat(error("qos", "3\n4\u0000"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option qos: '3\\u000a4\\u0000' is not a whole number. Accepted: 0, 1 or 2.");
    }

    @Test
    void areShort() {
      assertThat(error("x\n".repeat(1000), "1"))
          .startsWith(
              "[MQTT_UNKNOWN_OPTION] Unknown option '"
                  + "x\\u000a".repeat(100)
                  + "…'. Known options");
      assertThat(error("qos", "x".repeat(100_000)))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option qos: '"
                  + "x".repeat(200)
                  + "…' is not a whole number. Accepted: 0, 1 or 2.");
    }

    @Test
    void ofLaterChecksNameTheReason() {
      assertThat(
              OptionException.missing(
                  DeclaredSourceOptions.STORE_DIR, "executors run on other hosts"))
          .hasMessage(
              "[MQTT_MISSING_OPTION] Option storeDir is missing: executors run on other hosts. Accepted: an absolute"
                  + " path, with or without file: before it.");
    }
  }

  @Nested
  class Secrets {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "tcp://me:hunter2@broker",
          "tcp://me:hunter,hunter2@broker",
          "tcp://me:hunter2 @broker",
          "me:hunter2@broker",
          "tcp://ok,ssl://me:1234567,hunter2@broker",
        })
    void inBrokerUrlsAreNeverShown(String url) {
      assertThat(error("brokerUrl", url))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option brokerUrl: '***' contains @: the URL must not carry a user name or a"
                  + " password. Use the options username and password. Accepted: comma-separated tcp://, ssl://,"
                  + " ws://, wss://, mqtt:// or mqtts:// URLs.");
      assertThat(exception(Map.of("path", url, "topics", "a")).getMessage())
          .doesNotContain("hunter");
      assertThat(error("brokerUrl", "tcp://b", "path", url)).doesNotContain("hunter");
    }

    @Test
    void inQueriesOfUrlsAreNeverShown() {
      assertThat(error("brokerUrl", "ws://b/mqtt?token=hunter2,hunter3"))
          .doesNotContain("hunter")
          .contains("'***' must begin with tcp://");
      assertThat(error("brokerUrl", "tcp://b?token=hunter2"))
          .doesNotContain("hunter")
          .contains("'***' must not have a query");
    }

    @Test
    void inStoreUrisAreNeverShown() {
      assertThat(error("storeDir", "s3a://key:hunter2@bucket/x")).doesNotContain("hunter");
    }

    @Test
    void inPasswordsAreNeverShown() {
      assertThat(error("password", "hunter2".repeat(10_000)))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option password: '***' is longer than 65535 bytes of UTF-8. Accepted: text of up to"
                  + " 65535 bytes of UTF-8.");
    }

    @Test
    void ofUnknownOptionsAreNeverShown() {
      assertThat(error("pasword", "hunter2")).doesNotContain("hunter");
    }

    @Test
    void areStarsInToString() {
      assertThat(
              parse(
                  "brokerUrl", "ssl://b",
                  "username", "me",
                  "password", "hunter2",
                  "ssl.truststore.location", "/t.pem",
                  "ssl.truststore.password", "hunter3",
                  "ssl.keystore.location", "/k.pem",
                  "ssl.keystore.password", "hunter4"))
          .hasToString(
              "SourceOptions{brokerUrl=ssl://b, topics=sensors/#, username=me, password=***,"
                  + " ssl.truststore.location=/t.pem, ssl.truststore.password=***,"
                  + " ssl.keystore.location=/k.pem, ssl.keystore.password=***}");
    }
  }
}
