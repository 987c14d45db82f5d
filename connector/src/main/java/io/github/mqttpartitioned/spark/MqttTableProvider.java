// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import io.github.mqttpartitioned.option.SourceOptions;
import io.github.mqttpartitioned.spark.executor.SparkHost;
import io.github.mqttpartitioned.spark.vector.MqttColumns;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * {@code format("mqtt-partitioned")}. Spark finds it by its service file. The options are checked
 * here, when the user's {@code load()} calls, and not only when the query starts.
 */
public final class MqttTableProvider implements TableProvider, DataSourceRegister {

  static final String SHORT_NAME = "mqtt-partitioned";

  @Override
  public String shortName() {
    return SHORT_NAME;
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return MqttColumns.schema(
        SourceOptions.parse(options.asCaseSensitiveMap()).includeProperties());
  }

  /** Lets Spark hand over a schema of the user's own, so that the refusal can say what is meant. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    StructType columns = inferSchema(new CaseInsensitiveStringMap(properties));
    if (!schema.equals(columns)) {
      throw new IllegalArgumentException(
          "Format mqtt-partitioned has columns of its own, but schema("
              + schema.toDDL()
              + ") was given. Leave schema(...) out, and take what you need from: "
              + columns.toDDL());
    }
    return new MqttTable(
        columns, () -> SparkHost.current(SourceOptions.parse(properties).storeRecoveryTimeout()));
  }
}
