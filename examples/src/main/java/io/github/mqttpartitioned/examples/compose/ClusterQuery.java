// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.compose;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import io.github.mqttpartitioned.examples.factory.Kind;
import io.github.mqttpartitioned.examples.factory.Readings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * A query for {@code spark-submit}, as docker-compose.yml has it: what each hall is like, once a
 * second, until it is ended. Readings above the alarm level go back to the broker, as alerts for
 * their devices. Every argument is {@code option=value}; all but {@code checkpointLocation} go to
 * the source.
 */
public final class ClusterQuery {

  private static final String CHECKPOINT = "checkpointLocation";
  private static final String INTERVAL = "1 second";

  private static final Pattern CONNECTION =
      Pattern.compile(
          "brokerUrl|brokerMode|username|password|passwordFile|oauth\\..*|authenticationMethod"
              + "|credentialsProvider|ssl\\..*|websocket\\.header\\..*|keepAlive|connectTimeout",
          Pattern.CASE_INSENSITIVE);

  private ClusterQuery() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = options(arguments);
    String checkpoint = options.remove(CHECKPOINT);
    if (checkpoint == null) {
      throw new IllegalArgumentException("Say where the checkpoint is: " + CHECKPOINT + "=<path>");
    }
    Map<String, String> connection = connection(options);
    Readings.of(SparkSession.builder().getOrCreate(), options)
        .writeStream()
        .queryName("factory")
        .option(CHECKPOINT, checkpoint)
        .trigger(Trigger.ProcessingTime(INTERVAL))
        .foreachBatch(
            (batch, number) -> {
              show(batch, number);
              alert(batch, connection);
            })
        .start()
        .awaitTermination();
  }

  static Map<String, String> options(String... arguments) {
    Map<String, String> options = new LinkedHashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(
            "'%s' is no option; accepted is option=value".formatted(argument));
      }
      options.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    return options;
  }

  /** Those of the source's options that say how to connect: the way back takes them, too. */
  static Map<String, String> connection(Map<String, String> options) {
    Map<String, String> connection = new LinkedHashMap<>(options);
    connection.keySet().removeIf(name -> !CONNECTION.matcher(name).matches());
    return connection;
  }

  private static void show(Dataset<Row> batch, Long number) {
    System.out.println("Batch " + number);
    halls(batch).forEach(hall -> System.out.println("  " + hall.json()));
  }

  /** A row for each hall: messages, the mean of each kind, and readings above the alarm level. */
  private static List<Row> halls(Dataset<Row> batch) {
    return batch
        .groupBy("hall")
        .agg(
            count("*").as("messages"),
            average(Kind.TEMPERATURE),
            average(Kind.HUMIDITY),
            average(Kind.VIBRATION),
            sum(when(isAlert(), 1).otherwise(0)).as("alerts"))
        .orderBy("hall")
        .collectAsList();
  }

  /** Sends a message to {@code alerts/<hall>/<device>} for each reading above the alarm level. */
  private static void alert(Dataset<Row> batch, Map<String, String> connection) {
    batch
        .where(isAlert().and(col("device").isNotNull()))
        .select(
            col("hall"),
            col("device"),
            to_json(struct(col("received"), col("kind"), col("value"))).as("payload"))
        .write()
        .format("mqtt-partitioned")
        .mode("append")
        .options(connection)
        .option("topic", "alerts/{hall}/{device}")
        .option("clientIdPrefix", "alerts")
        .save();
  }

  private static Column isAlert() {
    Column alert = lit(false);
    for (Kind kind : Kind.values()) {
      alert = alert.or(is(kind).and(col("value").gt(kind.alarm())));
    }
    return coalesce(alert, lit(false));
  }

  private static Column average(Kind kind) {
    return avg(when(is(kind), col("value"))).as(kind.level());
  }

  private static Column is(Kind kind) {
    return col("kind").equalTo(kind.level());
  }
}
