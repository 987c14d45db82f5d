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

/** The metrics that one BIRTH message declares. Immutable, once it is made. */
final class Birth {

  private static final StructType DEFINITION =
      new StructType()
          .add("name", DataTypes.StringType)
          .add("alias", DataTypes.LongType)
          .add("datatype", DataTypes.StringType);

  static final StructType STATE =
      new StructType()
          .add("device", DataTypes.StringType)
          .add("born", DataTypes.LongType)
          .add("seq", DataTypes.IntegerType)
          .add("metrics", DataTypes.createArrayType(DEFINITION));

  /** A message without a sequence number. */
  static final int NO_SEQ = -1;

  /** What a BIRTH says of a metric. */
  record Definition(String name, @Nullable Long alias, @Nullable Datatype datatype) {}

  private final String device;
  private final long millis;
  private final int seq;
  private final Map<String, Definition> byName = new HashMap<>();
  private final Map<Long, Definition> byAlias = new HashMap<>();

  /**
   * @param device empty for the edge node itself
   * @param millis milliseconds since 1970 by the edge node's clock
   * @param seq sequence number, -1 for none
   */
  Birth(String device, long millis, int seq, List<SparkplugMetric> metrics) {
    this(device, millis, seq);
    for (SparkplugMetric metric : metrics) {
      String name = metric.name();
      if (name != null) {
        define(new Definition(name, metric.alias(), metric.datatype()));
      }
    }
  }

  private Birth(String device, long millis, int seq) {
    this.device = device;
    this.millis = millis;
    this.seq = seq;
  }

  static Birth of(Row state) {
    Birth birth = new Birth(state.getString(0), state.getLong(1), state.getInt(2));
    List<Row> metrics = state.getList(3);
    for (Row metric : metrics) {
      String datatype = metric.getString(2);
      birth.define(
          new Definition(
              metric.getString(0),
              metric.isNullAt(1) ? null : (Long) metric.getLong(1),
              datatype == null ? null : Datatype.named(datatype)));
    }
    return birth;
  }

  Row state() {
    List<Row> metrics = new ArrayList<>();
    for (Definition each : byName.values()) {
      Datatype datatype = each.datatype();
      metrics.add(
          RowFactory.create(
              each.name(), each.alias(), datatype == null ? null : datatype.toString()));
    }
    return RowFactory.create(device, millis, seq, metrics.toArray());
  }

  private void define(Definition definition) {
    byName.put(definition.name(), definition);
    if (definition.alias() != null) {
      byAlias.put(definition.alias(), definition);
    }
  }

  String device() {
    return device;
  }

  boolean isOfDevice() {
    return !device.isEmpty();
  }

  long millis() {
    return millis;
  }

  int seq() {
    return seq;
  }

  /** Whether it was sent before a message of this time and number, or is that message. */
  boolean isBefore(long time, int number) {
    boolean isNumbered = seq != NO_SEQ && number != NO_SEQ;
    return millis < time || (millis == time && (!isNumbered || (byte) (number - seq) >= 0));
  }

  /** What this BIRTH says of a metric, null for nothing. */
  @Nullable Definition find(SparkplugMetric metric) {
    return metric.name() != null ? byName.get(metric.name()) : byAlias.get(metric.alias());
  }
}
