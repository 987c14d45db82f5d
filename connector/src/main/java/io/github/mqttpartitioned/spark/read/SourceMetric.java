// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.read;

import java.util.List;
import org.apache.spark.sql.connector.metric.CustomMetric;
import org.apache.spark.sql.connector.metric.CustomSumMetric;
import org.apache.spark.sql.connector.metric.CustomTaskMetric;

/** A sum over all tasks of a micro-batch, shown in the SQL tab of Spark's UI. */
public final class SourceMetric extends CustomSumMetric {

  static final SourceMetric LOCAL_ROWS =
      new SourceMetric("rowsReadLocally", "rows read from stores of the task's own JVM");
  static final SourceMetric REMOTE_ROWS =
      new SourceMetric("rowsReadRemotely", "rows read from other nodes");
  static final SourceMetric LOCAL_BYTES =
      new SourceMetric("bytesReadLocally", "bytes of the blocks read from the task's own JVM");
  static final SourceMetric REMOTE_BYTES =
      new SourceMetric("bytesReadRemotely", "bytes of the blocks read from other nodes");
  static final SourceMetric LOCAL_BLOCKS =
      new SourceMetric("blocksReadLocally", "blocks read from stores of the task's own JVM");
  static final SourceMetric REMOTE_BLOCKS =
      new SourceMetric("blocksReadRemotely", "blocks read from other nodes");
  static final SourceMetric LOST =
      new SourceMetric("offsetsLost", "offsets skipped by tasks because they cannot be read");

  static final SourceMetric NOT_UTF8 =
      new SourceMetric("payloadsNotUtf8", "payloads that are null because they are not UTF-8");

  static final List<SourceMetric> ALL =
      List.of(
          LOCAL_ROWS,
          REMOTE_ROWS,
          LOCAL_BYTES,
          REMOTE_BYTES,
          LOCAL_BLOCKS,
          REMOTE_BLOCKS,
          LOST,
          NOT_UTF8);

  private final String name;
  private final String description;

  /** For Spark only: it creates an instance by reflection to add up the values of the tasks. */
  public SourceMetric() {
    this("sum", "sum");
  }

  private SourceMetric(String name, String description) {
    this.name = name;
    this.description = description;
  }

  public static CustomMetric[] all() {
    return ALL.toArray(CustomMetric[]::new);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  /** The value of one task. */
  CustomTaskMetric of(long value) {
    return new TaskValue(name, value);
  }

  private record TaskValue(String name, long value) implements CustomTaskMetric {}
}
