// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.GivenOptions.error;
import static io.github.mqttpartitioned.option.GivenOptions.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.option.settings.AckMode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options by the kind of their values. */
class ValueOptionsTest {

  @Nested
  class Durations {

    @ParameterizedTest
    @CsvSource({
      "500ms, PT0.5S",
      "5s, PT5S",
      "15m, PT15M",
      "15min, PT15M",
      "12h, PT12H",
      "7d, P7D",
      "' 5S ', PT5S",
      "0s, PT0S",
      "100000d, P100000D",
    })
    void haveUnits(String text, Duration duration) {
      assertThat(parse("drainTimeout", text).drainTimeout()).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({
      "5, has no unit. Did you mean 5s?",
      "5 s, is not a duration.",
      "-5s, is not a duration.",
      "1.5s, is not a duration.",
      "soon, is not a duration.",
      "'', is not a duration.",
      "5w, has an unknown unit.",
      "5us, has an unknown unit.",
      "100001d, is out of range.",
      "99999999999999999d, is out of range.",
      "99999999999999999999999s, is out of range.",
    })
    void thatAreWrongAreShownExamples(String text, String fault) {
      for (String key : List.of("retention", "maxTriggerDelay", "drainTimeout")) {
        assertThat(error(key, text))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option "
                    + key
                    + ": '"
                    + text
                    + "' "
                    + fault
                    + " Accepted: a duration from 0s, such as 500ms, 5s, 15m, 12h, 7d.");
      }
    }

    @Test
    void haveDefaults() {
      assertThat(parse())
          .returns(Duration.ofSeconds(60), SourceOptions::keepAlive)
          .returns(Duration.ofSeconds(30), SourceOptions::connectTimeout)
          .returns(Duration.ofDays(7), SourceOptions::sessionExpiry)
          .returns(Duration.ZERO, SourceOptions::retention)
          .returns(Duration.ofMinutes(15), SourceOptions::maxTriggerDelay)
          .returns(Duration.ofSeconds(5), SourceOptions::drainTimeout);
    }

    @Test
    void reachTheirAccessors() {
      Map<String, Function<SourceOptions, Duration>> accessors =
          Map.of(
              "keepAlive", SourceOptions::keepAlive,
              "connectTimeout", SourceOptions::connectTimeout,
              "sessionExpiry", SourceOptions::sessionExpiry,
              "retention", SourceOptions::retention,
              "maxTriggerDelay", SourceOptions::maxTriggerDelay,
              "drainTimeout", SourceOptions::drainTimeout);
      accessors.forEach(
          (key, accessor) ->
              assertThat(parse(key, "42s")).returns(Duration.ofSeconds(42), accessor));
    }

    @ParameterizedTest
    @CsvSource({
      "0s, is out of range",
      "65536s, is out of range",
      "1d, is out of range",
      "1500ms, 'is not a number of whole seconds, which MQTT requires'",
    })
    void ofKeepAliveFitMqtt(String text, String fault) {
      assertThat(parse("keepAlive", "65535s").keepAlive()).isEqualTo(Duration.ofSeconds(65_535));
      assertThat(parse("keepAlive", "2000ms").keepAlive()).isEqualTo(Duration.ofSeconds(2));
      assertThat(error("keepAlive", text))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option keepAlive: '"
                  + text
                  + "' "
                  + fault
                  + ". Accepted: whole seconds from 1s to 65535s, such as 90s, 15m, 12h, 7d.");
    }

    @Test
    void ofConnectTimeoutAreReasonable() {
      for (String text : List.of("0s", "99ms", "61m")) {
        assertThat(error("connectTimeout", text))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option connectTimeout: '"
                    + text
                    + "' is out of range. Accepted: a duration from 100ms to 1h, such as 500ms,"
                    + " 5s, 15m.");
      }
    }

    @Test
    void ofSessionExpiryFitMqtt() {
      String accepted =
          " Accepted: whole seconds from 1s to 4294967295s, such as 90s, 15m, 12h, 7d.";
      assertThat(parse("sessionExpiry", "4294967295s").sessionExpiry().toSeconds())
          .isEqualTo(0xFFFF_FFFFL);
      assertThat(error("sessionExpiry", "4294967296s"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option sessionExpiry: '4294967296s' is out of range."
                  + accepted);
      assertThat(error("sessionExpiry", "1500ms"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option sessionExpiry: '1500ms' is not a number of whole seconds, which MQTT requires."
                  + accepted);
      assertThat(error("sessionExpiry", "0s"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option sessionExpiry: '0s' lets the broker drop a member's messages with every lost"
                  + " connection, so that QoS 1 and 2 guarantee nothing."
                  + accepted);
    }
  }

  @Nested
  class Sizes {

    @ParameterizedTest
    @CsvSource({
      "16777216b, 16777216", "16384k, 16777216", "16384kb, 16777216", "512m, 536870912",
      "512MB, 536870912", "10g, 10737418240", "1t, 1099511627776", "1p, 1125899906842624",
    })
    void haveBinaryUnits(String text, long bytes) {
      assertThat(parse("storeMaxBytes", text).storeMaxBytes()).isEqualTo(bytes);
      assertThat(parse("maxBytesPerTrigger", text).maxBytesPerTrigger())
          .isEqualTo(OptionalLong.of(bytes));
    }

    @ParameterizedTest
    @CsvSource({
      "1000000000, has no unit. Did you mean 1000000000b?",
      "1.5g, is not a size.",
      "-1g, is not a size.",
      "big, is not a size.",
      "1x, has an unknown unit.",
      "1bb, has an unknown unit.",
      "1mib, has an unknown unit.",
      "9999p, is out of range.",
      "15m, is out of range.",
    })
    void thatAreWrongAreShownExamples(String text, String fault) {
      assertThat(error("storeMaxBytes", text))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeMaxBytes: '"
                  + text
                  + "' "
                  + fault
                  + " Accepted: a size from 16m, such as 64k, 512m, 10g, 1t (1k is 1024 bytes).");
    }

    @Test
    void ofTriggersMayBeSmallButNotZero() {
      assertThat(parse().maxBytesPerTrigger()).isEmpty();
      assertThat(parse("maxBytesPerTrigger", "1b").maxBytesPerTrigger()).hasValue(1);
      assertThat(error("maxBytesPerTrigger", "0b"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option maxBytesPerTrigger: '0b' is out of range. Accepted: a size from 1b, such as"
                  + " 64k, 512m, 10g, 1t (1k is 1024 bytes).");
    }

    @Test
    void haveADefault() {
      assertThat(parse().storeMaxBytes()).isEqualTo(10L << 30);
    }
  }

  @Nested
  class Numbers {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void ofQosAreThree(int qos) {
      assertThat(parse("qos", " " + qos).qos()).isEqualTo(qos);
      assertThat(parse().qos()).isEqualTo(1);
    }

    @Test
    void ofQosOutsideAreRefused() {
      assertThat(error("qos", "3"))
          .isEqualTo("[MQTT_INVALID_OPTION] Option qos: '3' is out of range. Accepted: 0, 1 or 2.");
      assertThat(error("qos", "1.0"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option qos: '1.0' is not a whole number. Accepted: 0, 1 or 2.");
    }

    @Test
    void ofReceiveMaximumFitMqtt() {
      assertThat(parse().receiveMaximum()).isEqualTo(65_535);
      assertThat(parse("receiveMaximum", "1").receiveMaximum()).isEqualTo(1);
      for (String text : List.of("0", "65536", "99999999999999999999")) {
        assertThat(error("receiveMaximum", text))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option receiveMaximum: '"
                    + text
                    + "' is out of range. Accepted: a whole number from 1 to 65535.");
      }
    }

    @Test
    void ofOffsetsPerTriggerAreOptional() {
      assertThat(parse().maxOffsetsPerTrigger()).isEmpty();
      assertThat(parse().minOffsetsPerTrigger()).isEmpty();
      assertThat(parse("minOffsetsPerTrigger", "5", "maxOffsetsPerTrigger", "5000000000"))
          .returns(OptionalLong.of(5), SourceOptions::minOffsetsPerTrigger)
          .returns(OptionalLong.of(5_000_000_000L), SourceOptions::maxOffsetsPerTrigger);
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxOffsetsPerTrigger", "minOffsetsPerTrigger"})
    void ofOffsetsPerTriggerAreAtLeastOne(String key) {
      assertThat(error(key, "0"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option "
                  + key
                  + ": '0' is out of range. Accepted: a whole number from 1.");
    }

    @Test
    void ofOffsetsPerTriggerDoNotCross() {
      assertThat(error("minOffsetsPerTrigger", "6", "maxOffsetsPerTrigger", "5"))
          .isEqualTo(
              "[MQTT_CONFLICTING_OPTIONS] Options minOffsetsPerTrigger (6) and maxOffsetsPerTrigger (5) contradict each"
                  + " other: the minimum is larger than the maximum. Lower the first or raise the"
                  + " second.");
    }
  }

  @Nested
  class Booleans {

    @Test
    void areTrueAndFalseAlone() {
      assertThat(parse().failOnDataLoss()).isTrue();
      assertThat(parse().includeProperties()).isFalse();
      assertThat(parse("failOnDataLoss", "FALSE", "includeProperties", " true "))
          .returns(false, SourceOptions::failOnDataLoss)
          .returns(true, SourceOptions::includeProperties);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", "tru", ""})
    void areNothingElse(String text) {
      for (String key : List.of("failOnDataLoss", "includeProperties")) {
        assertThat(error(key, text))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option "
                    + key
                    + ": '"
                    + text
                    + "' is neither true nor false. Accepted: true or false.");
      }
    }
  }

  @Nested
  class StoreDir {

    private static final String ACCEPTED =
        " Accepted: an absolute path, with or without file: before it.";

    @Test
    void isChosenLaterByDefault() {
      assertThat(parse().storeDir()).isEmpty();
      assertThat(parse().deadLetterDir()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
      "/data/mqtt, /data/mqtt",
      "/data/mqtt/, /data/mqtt",
      "file:/data, /data",
      "file:///data/a%20b, /data/a b",
      "FILE:///data, /data",
    })
    void isAPathWithOrWithoutFileScheme(String text, String path) {
      assertThat(parse("storeDir", text).storeDir()).hasValue(path);
      assertThat(parse("deadLetterDir", text).deadLetterDir()).hasValue(path);
    }

    @ParameterizedTest
    @CsvSource({"hdfs://name/x, hdfs", "s3a://bucket/x, s3a", "dbfs:/x, dbfs"})
    void isNotOnAnObjectStore(String text, String scheme) {
      assertThat(error("storeDir", text))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeDir: '"
                  + text
                  + "' is on "
                  + scheme
                  + ", but must be on a local disk of each host that runs executors."
                  + ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "./data", "~/data"})
    void isAbsolute(String text) {
      assertThat(error("storeDir", text))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeDir: '"
                  + text
                  + "' is not absolute. Begin it with /."
                  + ACCEPTED);
    }

    @Test
    void isAPath() {
      assertThat(error("storeDir", ""))
          .isEqualTo("[MQTT_INVALID_OPTION] Option storeDir: '' is empty." + ACCEPTED);
      assertThat(error("storeDir", "/a\u0000"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeDir: '/a\\u0000' is not a path: Nul character not allowed."
                  + ACCEPTED);
      assertThat(error("storeDir", "file://host/x"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeDir: 'file://host/x' is not of the form file:///path."
                  + ACCEPTED);
      assertThat(error("storeDir", "file:x"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeDir: 'file:x' is not of the form file:///path."
                  + ACCEPTED);
      assertThat(error("storeDir", "file:/a b"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option storeDir: 'file:/a b' is not a URI: Illegal character in path."
                  + ACCEPTED);
    }
  }

  @Nested
  class AckModes {

    @Test
    void areStoredAndProcessed() {
      assertThat(parse().ackMode()).isEqualTo(AckMode.STORED);
      assertThat(parse("ackMode", "Stored").ackMode()).isEqualTo(AckMode.STORED);
      assertThat(parse("ackMode", "processed").ackMode()).isEqualTo(AckMode.PROCESSED);
      assertThat(error("ackMode", "never"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option ackMode: 'never' is not known. Accepted: stored, processed.");
    }

    @Test
    void needAQosThatIsAcknowledged() {
      assertThat(error("ackMode", "processed", "qos", "0"))
          .isEqualTo(
              "[MQTT_CONFLICTING_OPTIONS] Options ackMode (processed) and qos (0) contradict each other: MQTT has no"
                  + " acknowledgement of QoS 0 messages. Set qos to 1 or 2, or remove ackMode.");
    }
  }

  @Nested
  class MetricsPort {

    @Test
    void metricsPortListensOnLoopbackUnlessAnAddressIsGiven() {
      assertThat(parse().metricsPort()).isEmpty();
      assertThat(parse("metricsPort", "0").metricsPort())
          .contains(InetSocketAddress.createUnresolved("127.0.0.1", 0));
      assertThat(parse("metricsPort", " 9404 ").metricsPort())
          .contains(InetSocketAddress.createUnresolved("127.0.0.1", 9404));
      assertThat(parse("metricsPort", "0.0.0.0:9404").metricsPort())
          .contains(InetSocketAddress.createUnresolved("0.0.0.0", 9404));
      assertThat(parse("metricsPort", "driver.example.org:1").metricsPort())
          .contains(InetSocketAddress.createUnresolved("driver.example.org", 1));
      assertThat(parse("metricsPort", "[::1]:65535").metricsPort())
          .contains(InetSocketAddress.createUnresolved("::1", 65535));
    }

    @Test
    void metricsPortIsRefusedWhereItIsNone() {
      String accepted =
          " Accepted: a whole number from 0 to 65535, or address:port, such as 0.0.0.0:9404.";
      for (String port : List.of("70000", "-1", "0.0.0.0:65536")) {
        assertThat(error("metricsPort", port))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option metricsPort: '"
                    + port
                    + "' is out of range."
                    + accepted);
      }
      for (String port : List.of("yes", "0.0.0.0:", "host:port", "9404:")) {
        assertThat(error("metricsPort", port))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option metricsPort: '"
                    + port
                    + "' is not a whole number."
                    + accepted);
      }
      for (String port : List.of("http://host:9404", ":9404", "a b:9404", "::1:9404")) {
        assertThat(error("metricsPort", port))
            .isEqualTo(
                "[MQTT_INVALID_OPTION] Option metricsPort: '"
                    + port
                    + "' is neither a port nor address:port."
                    + accepted);
      }
    }
  }
}
