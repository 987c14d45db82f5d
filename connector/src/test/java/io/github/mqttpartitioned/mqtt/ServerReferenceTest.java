// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.mqtt.network.BrokerUrl;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a member makes of a Server Reference. */
class ServerReferenceTest {

  private static final List<BrokerUrl> TLS = urls("ssl://a:8884", "wss://b/mqtt?token=x");

  private static List<BrokerUrl> urls(String... urls) {
    return Stream.of(urls).map(BrokerUrl::new).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "node2, ssl://node2:8884",
    "node2:1, ssl://node2:1",
    "mqtt_node.2:1, ssl://mqtt_node.2:1",
    "[::1], ssl://[::1]:8884",
    "[fe80::9610:3eff:fe1c]:1883, ssl://[fe80::9610:3eff:fe1c]:1883",
    "10.10.151.22:8883 [::1]:1883, ssl://10.10.151.22:8883",
    "mqtts://node2, ssl://node2:8883",
    "tcp://node2:1883 wss://node3/ws, wss://node3:443/ws",
  })
  void hostHasTheTransportOfTheServerThatNamesIt(String reference, String expected) {
    assertThat(ServerReference.first(reference, TLS.get(0), TLS)).contains(new BrokerUrl(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "node2, wss://node2:443/mqtt?token=x",
    "node2:1, wss://node2:1/mqtt?token=x",
  })
  void hostHasThePathOfTheServerThatNamesIt(String reference, String expected) {
    assertThat(ServerReference.first(reference, TLS.get(1), TLS)).contains(new BrokerUrl(expected));
  }

  @Test
  void referenceLeadsFromTlsToTlsAlone() {
    List<BrokerUrl> mixed = urls("ssl://a", "tcp://b");
    assertThat(ServerReference.first("tcp://node2", mixed.get(0), mixed)).isEmpty();
    assertThat(ServerReference.first("ssl://node2", mixed.get(1), mixed))
        .contains(new BrokerUrl("ssl://node2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "tcp://node2:8884",
        "ws://node2/mqtt",
        "mqtt://node2",
        "http://node2",
        "user:secret@node2",
        "ssl://user:secret@node2",
        "node2/path",
        "node2?query",
        "node2#fragment",
        "node2:70000",
        "node2:0",
        "fe80::1",
        "node2\\u0007",
        "one!"
      })
  void whatIsNoServerOfAConfiguredTransportIsNotFollowed(String reference) {
    assertThat(ServerReference.first(reference, TLS.get(0), urls("ssl://a:8884"))).isEmpty();
  }
}
