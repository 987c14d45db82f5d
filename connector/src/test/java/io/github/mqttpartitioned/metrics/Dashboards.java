// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The files in {@code grafana/}, for tests. */
public final class Dashboards {

  public static final Path GRAFANA =
      Path.of(System.getProperty("basedir", ".")).resolve("../grafana");

  private Dashboards() {}

  /** Every dashboard by its file's name. */
  static Map<String, JsonNode> all() throws IOException {
    Map<String, JsonNode> all = new TreeMap<>();
    try (Stream<Path> files = Files.list(GRAFANA.resolve("dashboards"))) {
      for (Path file : files.toList()) {
        all.put(
            file.getFileName().toString(), JsonMapper.builder().build().readTree(file.toFile()));
      }
    }
    return all;
  }

  /** The panels of a dashboard that show something. */
  static List<JsonNode> panels(JsonNode dashboard) {
    return elements(dashboard.path("panels"))
        .filter(panel -> !panel.path("type").asText().equals("row"))
        .toList();
  }

  static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /** Every panel's expressions, by dashboard, panel and query, as Grafana would send them. */
  public static Map<String, String> expressions(String rateInterval) throws IOException {
    Map<String, String> expressions = new TreeMap<>();
    all()
        .forEach(
            (file, dashboard) ->
                panels(dashboard)
                    .forEach(
                        panel ->
                            elements(panel.path("targets"))
                                .forEach(
                                    target ->
                                        expressions.put(
                                            file
                                                + ": "
                                                + panel.path("title").asText()
                                                + " "
                                                + target.path("refId").asText(),
                                            target
                                                .path("expr")
                                                .asText()
                                                .replace("$__rate_interval", rateInterval)
                                                .replace("$group", ".+")))));
    return expressions;
  }
}
