// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import static io.github.mqttpartitioned.metrics.Dashboards.GRAFANA;
import static io.github.mqttpartitioned.metrics.Dashboards.elements;
import static io.github.mqttpartitioned.metrics.Dashboards.panels;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The dashboards by Grafana's classic JSON model, and by what this project wants of them. */
class DashboardTest {

  private static final int GRID_WIDTH = 24;
  private static final String DATA_SOURCE = "mqtt-partitioned-prometheus";

  /** Of Grafana's value formats, those in use here. */
  private static final Set<String> UNITS =
      Set.of("none", "short", "percentunit", "s", "bytes", "Bps", "cps", "pps");

  private static final Set<String> TYPES =
      Set.of("timeseries", "stat", "bargauge", "state-timeline");

  private static final Pattern METRIC = Pattern.compile("mqtt_(source|sink)_[a-z_]+");

  @Test
  void thereIsOneForTheQueryAndOneForThePartitions() throws IOException {
    Map<String, JsonNode> all = Dashboards.all();
    assertThat(all)
        .containsOnlyKeys("mqtt-partitioned-partitions.json", "mqtt-partitioned-query.json");
    all.forEach(
        (file, dashboard) -> {
          assertThat(dashboard.path("uid").asText() + ".json").isEqualTo(file);
          assertThat(dashboard.path("uid").asText().length()).isLessThanOrEqualTo(40);
          assertThat(dashboard.path("title").asText()).isNotBlank();
          assertThat(dashboard.path("description").asText()).isNotBlank();
          assertThat(dashboard.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
          // An id is given by the database that a dashboard is in.
          assertThat(dashboard.has("id")).isFalse();
          assertThat(dashboard.path("time").path("from").asText()).startsWith("now-");
          elements(dashboard.path("links"))
              .forEach(
                  link ->
                      assertThat(all)
                          .containsKey(
                              link.path("url").asText().substring("/d/".length()) + ".json"));
          elements(dashboard.path("templating").path("list"))
              .forEach(
                  variable -> {
                    assertThat(variable.path("type").asText()).isEqualTo("query");
                    assertThat(variable.path("datasource").path("uid").asText())
                        .isEqualTo(DATA_SOURCE);
                  });
        });
  }

  @Test
  void everyPanelAsksAQuestionAndHasUnitDescriptionAndQueries() throws IOException {
    Dashboards.all()
        .forEach(
            (file, dashboard) -> {
              Set<String> titles = new HashSet<>();
              for (JsonNode panel : panels(dashboard)) {
                String title = panel.path("title").asText();
                assertThat(titles.add(title)).as("%s: %s twice", file, title).isTrue();
                assertThat(title).as(file).endsWith("?");
                assertThat(panel.path("description").asText()).as(title).hasSizeGreaterThan(30);
                assertThat(panel.path("type").asText()).as(title).isIn(TYPES);
                assertThat(panel.path("fieldConfig").path("defaults").path("unit").asText())
                    .as(title)
                    .isIn(UNITS);
                checkQueries(panel, title);
              }
            });
  }

  private static void checkQueries(JsonNode panel, String title) {
    assertThat(panel.path("datasource").path("uid").asText()).as(title).isEqualTo(DATA_SOURCE);
    assertThat(panel.path("datasource").path("type").asText()).as(title).isEqualTo("prometheus");
    assertThat(panel.path("targets")).as(title).isNotEmpty();
    Set<String> refIds = new HashSet<>();
    elements(panel.path("targets"))
        .forEach(
            target -> {
              assertThat(refIds.add(target.path("refId").asText())).as(title).isTrue();
              assertThat(target.path("datasource").path("uid").asText()).isEqualTo(DATA_SOURCE);
              assertThat(target.path("expr").asText()).as(title).isNotBlank();
              assertThat(target.path("legendFormat").asText()).as(title).isNotBlank();
            });
  }

  @Test
  void panelsHaveIdsAndPlacesOfTheirOwn() throws IOException {
    Dashboards.all()
        .forEach(
            (file, dashboard) -> {
              Set<Integer> ids = new HashSet<>();
              Set<List<Integer>> cells = new HashSet<>();
              elements(dashboard.path("panels"))
                  .forEach(
                      panel -> {
                        String title = file + ": " + panel.path("title").asText();
                        assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
                        JsonNode grid = panel.path("gridPos");
                        int x = grid.path("x").asInt(-1);
                        int y = grid.path("y").asInt(-1);
                        int w = grid.path("w").asInt();
                        int h = grid.path("h").asInt();
                        assertThat(x).as(title).isNotNegative();
                        assertThat(y).as(title).isNotNegative();
                        assertThat(w).as(title).isPositive();
                        assertThat(h).as(title).isPositive();
                        assertThat(x + w).as(title).isLessThanOrEqualTo(GRID_WIDTH);
                        for (int column = x; column < x + w; column++) {
                          for (int row = y; row < y + h; row++) {
                            assertThat(cells.add(List.of(column, row)))
                                .as("%s at %s, %s", title, column, row)
                                .isTrue();
                          }
                        }
                      });
            });
  }

  @Test
  void everyMetricNamedIsDeclaredAndEveryMeterIsShown() throws IOException {
    Set<String> declared =
        MeterTableTest.all().map(MeterTableTest::prometheus).collect(Collectors.toSet());
    Set<String> shown = new HashSet<>();
    String all =
        String.join("\n", Dashboards.expressions("1m").values())
            + Files.readString(GRAFANA.resolve("alerts.yml"));
    for (Matcher metric = METRIC.matcher(all); metric.find(); ) {
      String name = metric.group().replaceAll("_seconds_(bucket|count|sum|max)$", "_seconds");
      assertThat(declared).contains(name);
      shown.add(name);
    }
    assertThat(shown).isEqualTo(declared);
  }

  @Test
  void provisioningNamesWhatTheDashboardsUse() throws IOException {
    assertThat(GRAFANA.resolve("provisioning/datasources/prometheus.yml"))
        .content()
        .contains("uid: " + DATA_SOURCE);
    assertThat(GRAFANA.resolve("provisioning/dashboards/mqtt-partitioned.yml"))
        .content()
        .contains("folder: MQTT partitioned")
        .contains("path: /var/lib/grafana/dashboards");
  }
}
