// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.benchmark.report.Sample;
import io.github.mqttpartitioned.benchmark.report.Table;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Messages per second by QoS and side. Confined to one thread. */
final class Results {

  private final Map<Integer, Map<Side, Sample>> rates = new TreeMap<>();

  void add(Side side, int qos, double rate) {
    rates
        .computeIfAbsent(qos, none -> new TreeMap<>())
        .computeIfAbsent(side, none -> new Sample())
        .add(rate);
  }

  String table() {
    Table table = new Table("side", "QoS", "messages/s: median [min–max]", "to stock Paho");
    rates.forEach(
        (qos, sides) ->
            sides.forEach(
                (side, rate) ->
                    table.add(
                        side.word(),
                        Integer.toString(qos),
                        rate.medianAndRange(),
                        ratio(rate, sides.get(Side.PAHO)))));
    return table.toString();
  }

  private static String ratio(Sample rate, @Nullable Sample paho) {
    return paho == null ? "" : String.format(Locale.ROOT, "%.1f ×", rate.median() / paho.median());
  }
}
