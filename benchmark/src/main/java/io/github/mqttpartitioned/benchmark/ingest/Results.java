// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.benchmark.report.Sample;
import io.github.mqttpartitioned.benchmark.report.Table;
import io.github.mqttpartitioned.testkit.Scheme;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Messages per second by QoS, side and transport. Confined to one thread. */
final class Results {

  /** Which side, and how it was reached. */
  private record Way(Side side, Scheme scheme) implements Comparable<Way> {
    @Override
    public int compareTo(Way other) {
      int bySide = side.compareTo(other.side);
      return bySide == 0 ? scheme.compareTo(other.scheme) : bySide;
    }

    Way overTcp() {
      return new Way(side, Scheme.TCP);
    }
  }

  private final Map<Integer, Map<Way, Sample>> rates = new TreeMap<>();

  void add(Side side, Scheme scheme, int qos, double rate) {
    rates
        .computeIfAbsent(qos, none -> new TreeMap<>())
        .computeIfAbsent(new Way(side, scheme), none -> new Sample())
        .add(rate);
  }

  String table() {
    Table table =
        new Table("side", "over", "QoS", "messages/s: median [min–max]", "to stock Paho", "to TCP");
    Way paho = new Way(Side.PAHO, Scheme.TCP);
    rates.forEach(
        (qos, ways) ->
            ways.forEach(
                (way, rate) ->
                    table.add(
                        way.side().word(),
                        way.scheme().name().toLowerCase(Locale.ROOT),
                        Integer.toString(qos),
                        rate.medianAndRange(),
                        ratio("%.1f ×", rate, ways.get(paho)),
                        way.scheme() == Scheme.TCP
                            ? ""
                            : ratio("%.2f", rate, ways.get(way.overTcp())))));
    return table.toString();
  }

  private static String ratio(String format, Sample rate, @Nullable Sample other) {
    return other == null ? "" : String.format(Locale.ROOT, format, rate.median() / other.median());
  }
}
