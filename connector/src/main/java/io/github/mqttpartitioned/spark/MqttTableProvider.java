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
    Map<String, String> given = options.asCaseSensitiveMap();
    if (BatchOptions.areFor(given)) {
      BatchOptions batch = BatchOptions.parse(given);
      StructType columns = MqttColumns.of(batch).schema();
      return batch.includeDeadLetters() ? DeadLetterColumns.addedTo(columns) : columns;
    }
    return MqttColumns.of(SourceOptions.parse(given)).schema();
  }

  /** Has Spark pass the schema that a user gives, so that the error can say what to do. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    boolean stored = BatchOptions.areFor(properties);
    if (!stored && !new CaseInsensitiveStringMap(properties).containsKey(TOPICS)) {
      MqttWriteBuilder.check(schema, SinkOptions.parse(properties));
      return new MqttSinkTable(schema);
    }
    StructType columns = inferSchema(new CaseInsensitiveStringMap(properties));
    if (!schema.equals(columns)) {
      throw new IllegalArgumentException(
          MQTT_SCHEMA_NOT_SUPPORTED.message(
              """
              The columns of format mqtt-partitioned are fixed, but schema(%s) was given. \
              Remove schema(...), and select the columns that you need from: %s. To write rows, \
              give the option topic instead of topics"""
                  .formatted(schema.toDDL(), columns.toDDL())));
    }
    if (stored) {
      return new MqttBatchTable(columns, () -> SparkHost.current(ClusterTimeouts.MOVE));
    }
    return new MqttTable(
        columns, () -> SparkHost.current(SourceOptions.parse(properties).storeRecoveryTimeout()));
  }
}
