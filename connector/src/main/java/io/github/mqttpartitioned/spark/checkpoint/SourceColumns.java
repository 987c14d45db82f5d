// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

/**
 * The columns that a source had at its last start. No stored message depends on them, so a query
 * may start again with others. It is then told, because its state and its sink may depend on them.
 *
 * @param ddl names and types, as in {@code CREATE TABLE}
 */
public record SourceColumns(String ddl) {

  private static final int VERSION = 1;

  private record Fields(int version, String columns) {}

  String json() {
    return CheckpointJson.write(new Fields(VERSION, ddl));
  }

  static SourceColumns parse(String json, String place) {
    return CheckpointJson.read(
        json, place, VERSION, Fields.class, fields -> new SourceColumns(fields.columns()));
  }
}
