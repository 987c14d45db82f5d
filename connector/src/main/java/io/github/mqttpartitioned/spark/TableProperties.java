// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark;

import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.connector.catalog.TableCatalog;

/**
 * Finds the options of a table among the properties that a catalog keeps of it: those of {@code
 * CREATE TABLE … OPTIONS} have a prefix there. Everything else is Spark's, the metastore's or the
 * user's own: provider, location, owner, time of the last DDL, {@code TBLPROPERTIES}.
 */
public final class TableProperties {

  private TableProperties() {}

  /** Whether the properties are those of a table of this format in a catalog. */
  public static boolean areOfTable(Map<String, String> properties) {
    String provider = properties.getOrDefault(TableCatalog.PROP_PROVIDER, "");
    return provider.equalsIgnoreCase(MqttTableProvider.SHORT_NAME)
        || provider.equals(MqttTableProvider.class.getName());
  }

  /** The options of a table in a catalog; of a read or write without a catalog, what is given. */
  static Map<String, String> options(Map<String, String> properties) {
    if (!areOfTable(properties)) {
      return properties;
    }
    Map<String, String> options = new TreeMap<>();
    properties.forEach(
        (name, value) -> {
          if (name.startsWith(TableCatalog.OPTION_PREFIX)) {
            options.put(name.substring(TableCatalog.OPTION_PREFIX.length()), value);
          }
        });
    return options;
  }

  /**
   * The options of one read or write of a table.
   *
   * @param table those of the table
   * @param given those of the read or write, which have precedence
   */
  static Map<String, String> merged(Map<String, String> table, Map<String, String> given) {
    Map<String, String> merged = new TreeMap<>(given);
    table.forEach(
        (name, value) -> {
          if (given.keySet().stream().noneMatch(name::equalsIgnoreCase)) {
            merged.put(name, value);
          }
        });
    return merged;
  }
}
