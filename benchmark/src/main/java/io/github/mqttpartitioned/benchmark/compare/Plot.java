// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.compare;

import io.github.mqttpartitioned.benchmark.report.Measurements;
import io.github.mqttpartitioned.benchmark.report.Measurements.Row;
import io.github.mqttpartitioned.benchmark.report.Sample;
import java.util.List;
import java.util.Locale;

/**
 * One unit's rows as bars in SVG: the median as a bar, least and most as a line over its end. The
 * axis is logarithmic, since what is compared often differs by a hundred times.
 */
public final class Plot {

  private static final int LABEL = 380;
  private static final int WIDTH = 560;
  private static final int NUMBER = 130;
  private static final int ROW = 24;
  private static final int TOP = 48;

  private Plot() {}

  /**
   * Draws all rows of a unit.
   *
   * @return an SVG document
   */
  public static String svg(String title, Measurements measurements, String unit) {
    List<Row> rows = measurements.rows().stream().filter(row -> row.unit().equals(unit)).toList();
    double least = Double.MAX_VALUE;
    double most = Double.MIN_NORMAL;
    for (Row row : rows) {
      Sample sample = measurements.sample(row).orElseThrow();
      least = Math.min(least, Math.max(sample.least(), 1e-6));
      most = Math.max(most, sample.most());
    }
    double from = Math.floor(Math.log10(least));
    double until = Math.max(from + 1, Math.ceil(Math.log10(most)));
    int height = TOP + rows.size() * ROW + ROW;
    StringBuilder svg = new StringBuilder();
    svg.append(
        line(
            "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d'"
                + " font-family='sans-serif' font-size='12'>",
            LABEL + WIDTH + NUMBER, height));
    svg.append("<rect width='100%' height='100%' fill='white'/>\n");
    svg.append(
        line("<text x='8' y='20' font-size='15'>%s, %s</text>", escape(title), escape(unit)));
    for (double power = from; power <= until; power++) {
      double x = x(Math.pow(10, power), from, until);
      svg.append(
          line(
              "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='#ddd'/>",
              x, TOP - 8, x, height - ROW));
      svg.append(
          line(
              "<text x='%.1f' y='%d' text-anchor='middle' fill='#777'>%s</text>",
              x, height - 8, Measurements.number(Math.pow(10, power))));
    }
    int y = TOP;
    for (Row row : rows) {
      Sample sample = measurements.sample(row).orElseThrow();
      double end = x(sample.median(), from, until);
      svg.append(
          line(
              "<text x='%d' y='%d' text-anchor='end'>%s</text>",
              LABEL - 8, y + 12, escape(row.name())));
      svg.append(
          line(
              "<rect x='%d' y='%d' width='%.1f' height='16' fill='#4a7ebb'/>",
              LABEL, y, Math.max(1, end - LABEL)));
      svg.append(
          line(
              "<line x1='%.1f' y1='%d' x2='%.1f' y2='%d' stroke='black'/>",
              x(sample.least(), from, until), y + 8, x(sample.most(), from, until), y + 8));
      svg.append(
          line(
              "<text x='%.1f' y='%d'>%s</text>",
              Math.max(end, x(sample.most(), from, until)) + 6,
              y + 12,
              Measurements.number(sample.median())));
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private static double x(double value, double from, double until) {
    double place = (Math.log10(Math.max(value, 1e-6)) - from) / (until - from);
    return LABEL + WIDTH * Math.max(0, place);
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values) + "\n";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
  }
}
