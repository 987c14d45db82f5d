// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_SCHEMA_NOT_SUPPORTED;

import io.github.mqttpartitioned.cluster.ClusterTimeouts;
import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.compat.SparkRelease;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.sink.MqttWriteBuilder;
import io.github.mqttpartitioned.spark.vector.DeadLetterColumns;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * {@code format("mqtt-partitioned")}, source and sink. Spark finds it by its service file. It
 * checks the options as soon as the user calls {@code load()}, {@code save()} or {@code start()},
 * not only when the query starts.
 */
public final class MqttTableProvider implements TableProvider, DataSourceRegister {

  static final String SHORT_NAME = "mqtt-partitioned";

  /** Every source has it, and no sink. */
  private static final String TOPICS = "topics";

  @Override
  public String shortName() {
    return SHORT_NAME;
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    SparkRelease.requireSupported();
    JarOrigin.check();
    Map<String, String> given = TableProperties.options(options.asCaseSensitiveMap());
    if (BatchOptions.areFor(given)) {
      return columns(BatchOptions.parse(given));
    }
    return MqttColumns.of(SourceOptions.parse(given)).schema();
  }

  static StructType columns(BatchOptions options) {
    StructType columns = MqttColumns.of(options).schema();
    return options.includeDeadLetters() ? DeadLetterColumns.addedTo(columns) : columns;
  }

  /** Has Spark pass the schema that a user gives, so that the error can say what to do. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    // A write comes here first.
    SparkRelease.requireSupported();
    JarOrigin.check();
    Map<String, String> options = TableProperties.options(properties);
    boolean stored = BatchOptions.areFor(options);
    if (!stored && !new CaseInsensitiveStringMap(options).containsKey(TOPICS)) {
      MqttWriteBuilder.check(schema, SinkOptions.parse(options));
      return new MqttSinkTable(schema, options, TableProperties.areOfTable(properties));
    }
    StructType columns = inferSchema(new CaseInsensitiveStringMap(options));
    if (!areSame(schema, columns)) {
      throw new IllegalArgumentException(
          MQTT_SCHEMA_NOT_SUPPORTED.message(
              """
              The columns of format mqtt-partitioned are fixed, but schema(%s) was given. \
              Remove schema(...) or the columns of CREATE TABLE, and select the columns that you \
              need from: %s. To write rows, give the option topic instead of topics"""
                  .formatted(schema.toDDL(), columns.toDDL())));
    }
    SparkHost.prepare();
    if (stored) {
      return new MqttBatchTable(columns, options, () -> SparkHost.current(ClusterTimeouts.MOVE));
    }
    return new MqttTable(
        columns,
        options,
        () -> SparkHost.current(SourceOptions.parse(options).storeRecoveryTimeout()));
  }

  /** By names and types: some catalogs do not keep whether a column is nullable. */
  static boolean areSame(StructType one, StructType other) {
    return one.catalogString().equals(other.catalogString());
  }

  /**
   * @throws IllegalArgumentException if an option of a read gives it other columns than its table
   *     has
   */
  static void requireColumns(StructType read, StructType table) {
    if (!areSame(read, table)) {
      throw new IllegalArgumentException(
          MQTT_SCHEMA_NOT_SUPPORTED.message(
              """
              The table has the columns %s, but the options of this read ask for: %s. Options that \
              change the columns (includeProperties, payloadType, topicColumns, \
              includeDeadLetters) belong to CREATE TABLE"""
                  .formatted(table.toDDL(), read.toDDL())));
    }
  }
}
