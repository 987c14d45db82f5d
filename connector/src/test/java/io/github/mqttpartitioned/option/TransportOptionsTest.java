// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option;

import static io.github.mqttpartitioned.option.GivenOptions.error;
import static io.github.mqttpartitioned.option.GivenOptions.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.Secret;
import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.KeyMaterial;
import io.github.mqttpartitioned.mqtt.network.TlsSettings.StoreType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of TLS and WebSocket. */
class TransportOptionsTest {

  @Nested
  class WebSocketHeaders {

    @Test
    void areNamedByTheOptionAndNeverShown() {
      SourceOptions options =
          parse(
              "brokerUrl", "ws://b",
              "websocket.header.Authorization", "Bearer hunter2",
              "WEBSOCKET.header.x-id", "7");
      assertThat(options.webSocketHeaders())
          .containsEntry("Authorization", new Secret("Bearer hunter2"))
          .containsEntry("x-id", new Secret("7"));
      assertThat(options)
          .asString()
          .contains("websocket.header.Authorization=***")
          .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "a b | is not the name of an HTTP header",
          "Upgrade | is a header that the handshake itself sets",
          "Sec-WebSocket-Key | is a header that the handshake itself sets",
        })
    void thatTheHandshakeCannotHaveAreNamed(String name, String fault) {
      assertThat(error("brokerUrl", "ws://b", "websocket.header." + name, "x"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option websocket.header.<name>: '%s' %s."
                  .formatted(name, fault));
    }

    @Test
    void haveNoLineBreaks() {
      assertThat(error("brokerUrl", "ws://b", "websocket.header.a", "hunter2\r\nb: c"))
          .contains("holds a character that is not printable ASCII")
          .doesNotContain("hunter2");
    }

    @Test
    void needAWebSocket() {
      assertThat(error("websocket.header.a", "b")).contains("no URL is one of a WebSocket");
    }

    @Test
    void needAName() {
      assertThat(error("brokerUrl", "ws://b", "websocket.header.", "x"))
          .contains("'' is not the name of an HTTP header");
    }
  }

  @Nested
  class Tls {

    private SourceOptions tls(String... more) {
      List<String> all = new ArrayList<>(List.of("brokerUrl", "ssl://b"));
      all.addAll(Arrays.asList(more));
      return parse(all.toArray(String[]::new));
    }

    @Test
    void isTheJvmsByDefault() {
      assertThat(tls().tls()).isEqualTo(TlsSettings.DEFAULT);
    }

    @Test
    void takesStoresWithTypeAndPassword() {
      assertThat(
              tls(
                      "ssl.truststore.location", "/t",
                      "ssl.truststore.password", "one",
                      "ssl.truststore.type", "pkcs12",
                      "ssl.keystore.location", "file:///k%20k",
                      "ssl.keystore.password", "two",
                      "ssl.keystore.type", "PEM",
                      "ssl.endpoint.identification.algorithm", "")
                  .tls())
          .isEqualTo(
              new TlsSettings(
                  new KeyMaterial("/t", new Secret("one"), StoreType.PKCS12),
                  new KeyMaterial("/k k", new Secret("two"), StoreType.PEM),
                  false));
    }

    @ParameterizedTest
    @CsvSource({
      "/a/ca.pem, PEM",
      "ca.crt, PEM",
      "ca.CER, PEM",
      "a.p12, PKCS12",
      "a.pfx, PKCS12",
      "a.jks, JKS",
      "/p12, JKS",
      "store, JKS",
    })
    void guessesTheTypeFromTheFile(String file, StoreType type) {
      assertThat(tls("ssl.truststore.location", file).tls().trustStore())
          .isEqualTo(new KeyMaterial(file, null, type));
      assertThat(tls("ssl.keystore.location", file).tls().keyStore())
          .isEqualTo(new KeyMaterial(file, null, type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssl.truststore.type", "ssl.keystore.type"})
    void knowsThreeTypes(String key) {
      assertThat(error("brokerUrl", "ssl://b", key.replace("type", "location"), "/k", key, "BKS"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option "
                  + key
                  + ": 'BKS' is not known. Accepted: JKS, PKCS12, PEM.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssl.truststore.location", "ssl.keystore.location"})
    void readsFilesFromLocalDisksOnly(String key) {
      assertThat(error("brokerUrl", "ssl://b", key, "hdfs://n/ca.pem"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option "
                  + key
                  + ": 'hdfs://n/ca.pem' is on hdfs, but must be on a local disk of each host that"
                  + " runs executors. Accepted: a local path.");
      assertThat(error("brokerUrl", "ssl://b", key, ""))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option " + key + ": '' is empty. Accepted: a local path.");
    }

    @Test
    void checksTheHostNameOrNot() {
      String key = "ssl.endpoint.identification.algorithm";
      assertThat(tls(key, "HTTPS").tls().verifyHostname()).isTrue();
      assertThat(tls(key, "").tls().verifyHostname()).isFalse();
      assertThat(error("brokerUrl", "ssl://b", key, "none"))
          .isEqualTo(
              "[MQTT_INVALID_OPTION] Option "
                  + key
                  + ": 'none' is neither https nor empty. Accepted: https, or an empty text.");
    }

    @Test
    void takesTheKeyFromAFileOfItsOwn() {
      TlsSettings settings =
          tls("ssl.keystore.location", "/tls.crt", "ssl.keystore.key.location", "/tls.key").tls();
      assertThat(settings.keyLocation()).isEqualTo("/tls.key");
      // What the file is, only its content tells.
      tls("ssl.keystore.location", "/tls.cert", "ssl.keystore.key.location", "/tls.key");
      assertThat(
              error(
                  "brokerUrl", "ssl://b",
                  "ssl.keystore.location", "/k.p12",
                  "ssl.keystore.key.location", "/tls.key"))
          .contains("only a PEM file of certificates has its key in another file");
      assertThat(error("brokerUrl", "ssl://b", "ssl.keystore.key.location", "/k"))
          .startsWith("[MQTT_MISSING_OPTION] Option ssl.keystore.location is missing");
    }

    @Test
    void offersProtocols() {
      assertThat(tls("ssl.alpn", "x-amzn-mqtt-ca, mqtt").tls().alpn())
          .containsExactly("x-amzn-mqtt-ca", "mqtt");
      assertThat(error("brokerUrl", "ssl://b", "ssl.alpn", "m qtt"))
          .contains("is no name of 1 to 255 ASCII characters");
    }

    @Test
    void needsTheFileThatPasswordAndTypeAreOf() {
      assertThat(error("brokerUrl", "wss://b", "ssl.keystore.password", "hunter2"))
          .isEqualTo(
              "[MQTT_MISSING_OPTION] Option ssl.keystore.location is missing: ssl.keystore.password is given, but not"
                  + " the file that it is about. Accepted: a local path.");
      assertThat(error("brokerUrl", "wss://b", "ssl.truststore.type", "PEM"))
          .isEqualTo(
              "[MQTT_MISSING_OPTION] Option ssl.truststore.location is missing: ssl.truststore.type is given, but not"
                  + " the file that it is about. Accepted: a local path.");
    }

    @Test
    void needsABrokerThatSpeaksIt() {
      assertThat(
              error(
                  "brokerUrl", "tcp://a,ws://b",
                  "ssl.truststore.location", "/t",
                  "ssl.truststore.password", "hunter2"))
          .isEqualTo(
              "[MQTT_CONFLICTING_OPTIONS] Options ssl.truststore.location, ssl.truststore.password and brokerUrl"
                  + " (tcp://a:1883,ws://b:80) contradict each other: no URL is encrypted. Use"
                  + " ssl:// or wss://, or remove the ssl options.");
    }

    @Test
    void isFineWithSomeBrokersThatDoNot() {
      assertThat(parse("brokerUrl", "tcp://a,ssl://b", "ssl.truststore.location", "/t").tls())
          .isNotEqualTo(TlsSettings.DEFAULT);
    }
  }
}
