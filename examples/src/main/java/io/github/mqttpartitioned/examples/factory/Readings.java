// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.factory;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.split;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The sensors' messages from the connector as a streaming table. */
public final class Readings {

  /** Members of the shared subscription, stores and input partitions. */
  public static final int PARTITIONS = 4;

  /** Share name of the subscription. */
  public static final String GROUP = "demo";

  /** What it subscribes to. */
  public static final String TOPICS = Factory.TOPIC + "/#";

  private static final String MOST_PER_BATCH = "200000";
  private static final int HALL_LEVEL = 1;
  private static final int KIND_LEVEL = 4;
  private static final StructType PAYLOAD =
      new StructType()
          .add("device", "string")
          .add("run", "string")
          .add("seq", "long")
          .add("value", "double");

  private Readings() {}

  /**
   * A row for each message: {@code received}, {@code hall}, {@code kind}, {@code device}, {@code
   * run}, {@code seq} and {@code value}.
   *
   * @param options of the source, beside those that all examples share
   */
  public static Dataset<Row> of(SparkSession spark, Map<String, String> options) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("topics", TOPICS);
    all.put("group", GROUP);
    all.put("partitions", Integer.toString(PARTITIONS));
    all.put("maxOffsetsPerTrigger", MOST_PER_BATCH);
    all.putAll(options);
    Column level = split(col("topic"), "/");
    return spark
        .readStream()
        .format("mqtt-partitioned")
        .options(all)
        .load()
        .select(
            col("timestamp").as("received"),
            level.getItem(HALL_LEVEL).as("hall"),
            level.getItem(KIND_LEVEL).as("kind"),
            from_json(col("payload").cast("string"), PAYLOAD).as("reading"))
        .select("received", "hall", "kind", "reading.*");
  }
}
