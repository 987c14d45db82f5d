// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class MetricsEndpointTest {

  private static final InetSocketAddress ANY_PORT =
      InetSocketAddress.createUnresolved("127.0.0.1", 0);

  @Test
  void servesTheTextAndNothingElse() throws Exception {
    try (MetricsEndpoint endpoint = MetricsEndpoint.open(ANY_PORT, () -> "x 1\n")) {
      HttpResponse<String> scraped = send(endpoint.url(), "GET");
      assertThat(scraped.statusCode()).isEqualTo(200);
      assertThat(scraped.body()).isEqualTo("x 1\n");
      assertThat(scraped.headers().firstValue("Content-Type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(send(endpoint.url(), "HEAD").statusCode()).isEqualTo(200);
      assertThat(send(endpoint.url(), "POST").statusCode()).isEqualTo(405);
      assertThat(send(endpoint.url() + "/more", "GET").statusCode()).isEqualTo(404);
      assertThat(send(endpoint.url().replace("/metrics", "/"), "GET").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void aTextThatCannotBeMadeIsAnErrorWithoutDetails() throws Exception {
    try (MetricsEndpoint endpoint =
        MetricsEndpoint.open(
            ANY_PORT,
            () -> {
              throw new IllegalStateException("some detail");
            })) {
      HttpResponse<String> scraped = send(endpoint.url(), "GET");
      assertThat(scraped.statusCode()).isEqualTo(500);
      assertThat(scraped.body()).doesNotContain("detail");
    }
  }

  @Test
  void aPortThatIsTakenIsAClearErrorAndIsFreeAgainAfterClosing() {
    MetricsEndpoint first = MetricsEndpoint.open(ANY_PORT, () -> "");
    InetSocketAddress same =
        InetSocketAddress.createUnresolved("127.0.0.1", URI.create(first.url()).getPort());
    assertThatThrownBy(() -> MetricsEndpoint.open(same, () -> ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "[MQTT_METRICS_PORT_UNAVAILABLE] Cannot open metricsPort on 127.0.0.1, port "
                + same.getPort())
        .hasMessageContaining("Give each query a port of its own");
    first.close();
    MetricsEndpoint.open(same, () -> "").close();
  }

  @Test
  void anAddressThatIsNotThisHostsIsAClearError() {
    for (String host : new String[] {"no-such-host.invalid", "192.0.2.1"}) {
      assertThatThrownBy(
              () -> MetricsEndpoint.open(InetSocketAddress.createUnresolved(host, 0), () -> ""))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Cannot open metricsPort on " + host);
    }
  }

  private static HttpResponse<String> send(String url, String method) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());
  }
}
