// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the parts of a connection take from a URL. */
class BrokerUrlTest {

  @ParameterizedTest
  @CsvSource({
    "ws://b, b",
    "ws://b:80/x, b",
    "wss://b, b",
    "ws://b:443, b:443",
    "wss://b:80, b:80",
    "ws://[::1], [::1]",
    "'ws://[fe80::1%25eth0]:8080', '[fe80::1]:8080'",
  })
  void headerHostHasThePortThatIsNotTheDefault(String url, String host) {
    assertThat(new BrokerUrl(url).httpHost()).isEqualTo(host);
  }

  @ParameterizedTest
  @CsvSource({"[fe80::1%25eth0]", "[fe80::1%eth0]"})
  void resolverGetsTheZoneOfAnAddress(String host) {
    assertThat(new BrokerUrl("tcp://" + host).host()).isEqualTo("fe80::1%eth0");
    assertThat(new BrokerUrl("tcp://[fe80::1%252]").host()).isEqualTo("fe80::1%2");
  }

  @Test
  void resourceIsAscii() {
    BrokerUrl url = new BrokerUrl("ws://b/\u00f6/\u65e5?k=\u00e9%20");
    assertThat(url.resource()).isEqualTo("/%C3%B6/%E6%97%A5?k=%C3%A9%20");
    assertThat(new BrokerUrl(url.url())).isEqualTo(url);
    assertThat(new BrokerUrl("ws://b//x/:y").resource()).isEqualTo("//x/:y");
    assertThat(new BrokerUrl("ws://b//").resource()).isEqualTo("//");
  }

  @Test
  void hostsOfUpperAndLowerCaseAreOne() {
    assertThat(new BrokerUrl("tcp://Broker.Example"))
        .isEqualTo(new BrokerUrl("tcp://broker.example"));
    assertThat(new BrokerUrl("ws://B/Path").url()).isEqualTo("ws://b:80/Path");
  }
}
