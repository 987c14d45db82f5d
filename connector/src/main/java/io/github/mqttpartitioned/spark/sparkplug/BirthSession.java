// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sparkplug;

import io.github.mqttpartitioned.sparkplug.Datatype;
import io.github.mqttpartitioned.sparkplug.SparkplugMetric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one session of an edge node: from its NBIRTH on, until the next one. Confined to
 * one thread.
 */
final class BirthSession {

  private static final StructType DEFINITION =
      new StructType()
          .add("device", DataTypes.StringType)
          .add("name", DataTypes.StringType)
          .add("alias", DataTypes.LongType)
          .add("datatype", DataTypes.StringType);

  static final StructType STATE =
      new StructType()
          .add("bd_seq", DataTypes.LongType)
          .add("born", DataTypes.LongType)
          .add("seq", DataTypes.IntegerType)
          .add("missing", DataTypes.IntegerType)
          .add("ended", DataTypes.BooleanType)
          .add("metrics", DataTypes.createArrayType(DEFINITION));

  /** Sequence numbers go from 0 to 255 (section 6.4.20). */
  private static final int SEQ_MASK = 0xFF;

  private static final int NO_SEQ = -1;

  /** What a BIRTH says of a metric. */
  record Definition(String name, @Nullable Long alias, @Nullable Datatype datatype) {}

  private @Nullable Long bdSeq;
  private final long born;
  private int seq = NO_SEQ;
  private int missing;
  private boolean ended;

  /** By device, with an empty name for the edge node itself. */
  private final Map<String, Map<String, Definition>> byName = new HashMap<>();

  private final Map<String, Map<Long, Definition>> byAlias = new HashMap<>();

  /**
   * @param bdSeq number of the session (section 6.4.21), null if only births of devices are known
   * @param born milliseconds since 1970 by the edge node's clock
   */
  BirthSession(@Nullable Long bdSeq, long born) {
    this.bdSeq = bdSeq;
    this.born = born;
  }

  static BirthSession of(Row state) {
    BirthSession session =
        new BirthSession(state.isNullAt(0) ? null : (Long) state.getLong(0), state.getLong(1));
    session.seq = state.getInt(2);
    session.missing = state.getInt(3);
    session.ended = state.getBoolean(4);
    List<Row> metrics = state.getList(5);
    for (Row metric : metrics) {
      String datatype = metric.getString(3);
      session.define(
          metric.getString(0),
          new Definition(
              metric.getString(1),
              metric.isNullAt(2) ? null : (Long) metric.getLong(2),
              datatype == null ? null : Datatype.named(datatype)));
    }
    return session;
  }

  Row state() {
    List<Row> metrics = new ArrayList<>();
    byName.forEach(
        (device, definitions) ->
            definitions
                .values()
                .forEach(
                    each ->
                        metrics.add(
                            RowFactory.create(
                                device,
                                each.name(),
                                each.alias(),
                                each.datatype() == null ? null : each.datatype().toString()))));
    return RowFactory.create(bdSeq, born, seq, missing, ended, metrics.toArray());
  }

  @Nullable Long bdSeq() {
    return bdSeq;
  }

  long born() {
    return born;
  }

  int lastSeq() {
    return seq;
  }

  boolean isEnded() {
    return ended;
  }

  void end() {
    ended = true;
  }

  /** Whether messages are missing, so that a newer BIRTH may be among them. */
  boolean isIncomplete() {
    return missing > 0;
  }

  /** A device's births are known, and now the edge node's own is, too. */
  void bear(@Nullable Long number) {
    bdSeq = number;
  }

  /** Takes the metrics of a BIRTH: they replace what was known of the device. */
  void define(String device, List<SparkplugMetric> metrics) {
    byName.remove(device);
    byAlias.remove(device);
    for (SparkplugMetric metric : metrics) {
      String name = metric.name();
      if (name != null) {
        define(device, new Definition(name, metric.alias(), metric.datatype()));
      }
    }
  }

  private void define(String device, Definition definition) {
    byName.computeIfAbsent(device, key -> new HashMap<>()).put(definition.name(), definition);
    if (definition.alias() != null) {
      byAlias.computeIfAbsent(device, key -> new HashMap<>()).put(definition.alias(), definition);
    }
  }

  /** What the BIRTH says of a metric of a device, null for nothing. */
  @Nullable Definition find(String device, SparkplugMetric metric) {
    if (metric.name() != null) {
      return byName.getOrDefault(device, Map.of()).get(metric.name());
    }
    return metric.alias() == null
        ? null
        : byAlias.getOrDefault(device, Map.of()).get(metric.alias());
  }

  /**
   * Takes note of a sequence number.
   *
   * @return the number of messages that are missing before it, as far as is known now; negative if
   *     it comes late itself; null for the first one, if that is no NBIRTH
   */
  @Nullable Integer arrived(int number, boolean isFirst) {
    if (isFirst || seq == NO_SEQ) {
      seq = number;
      return isFirst ? (Integer) 0 : null;
    }
    int distance = (byte) (number - (seq + 1));
    if (distance >= 0) {
      seq = number & SEQ_MASK;
      missing += distance;
    } else {
      missing = Math.max(0, missing - 1);
    }
    return distance;
  }
}
