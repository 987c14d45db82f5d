// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned;

import io.github.mqttpartitioned.spark.MqttTableProvider;
import io.github.mqttpartitioned.spark.TableProperties;
import java.util.Map;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.DelegatingCatalogExtension;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * Lets Spark 3.5 use tables of {@code CREATE TABLE … USING `mqtt-partitioned`}: {@code
 * spark.sql.catalog.spark_catalog=io.github.mqttpartitioned.MqttCatalog}. It is the session's
 * catalog with all its tables; those of other formats are not touched. Spark 4 does not need it:
 * its own session catalog does the same.
 */
public final class MqttCatalog extends DelegatingCatalogExtension {

  private final MqttTableProvider provider = new MqttTableProvider();

  @Override
  public Table loadTable(Identifier name) throws NoSuchTableException {
    return resolved(super.loadTable(name));
  }

  /** Reports wrong options now, and not at the first read. */
  @Override
  public Table createTable(
      Identifier name, Column[] columns, Transform[] partitions, Map<String, String> properties)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    if (TableProperties.areOfTable(properties)) {
      resolve(schema(columns), properties);
    }
    return super.createTable(name, columns, partitions, properties);
  }

  private static StructType schema(Column[] columns) {
    StructType schema = new StructType();
    for (Column column : columns) {
      schema = schema.add(column.name(), column.dataType(), column.nullable());
    }
    return schema;
  }

  @SuppressWarnings("deprecation") // Spark 3.5 has the columns of a table as a schema, too
  private Table resolved(Table table) {
    return TableProperties.areOfTable(table.properties())
        ? resolve(table.schema(), table.properties())
        : table;
  }

  /** Spark 3.5 keeps no columns of a table that is created without them. */
  private Table resolve(StructType kept, Map<String, String> properties) {
    StructType schema =
        kept.fields().length == 0
            ? provider.inferSchema(new CaseInsensitiveStringMap(properties))
            : kept;
    return provider.getTable(schema, new Transform[0], properties);
  }
}
