package io.github.mqttpartitioned.examples.demo;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.StructType;

/**
 * The query of the demo: the sensors' messages from the connector, their JSON taken apart, and of
 * each micro-batch what the halls are like, and which messages it had.
 */
final class FactoryQuery {

  /** Members of the shared subscription, stores and input partitions. */
  static final int PARTITIONS = 4;

  /** Share name of the subscription. */
  static final String GROUP = "demo";

  /** What it subscribes to. */
  static final String TOPICS = Factory.TOPIC + "/#";

  static final String INTERVAL = "1 second";
  static final String MOST_PER_BATCH = "200000";

  private static final int HALL_LEVEL = 1;
  private static final int KIND_LEVEL = 4;
  private static final StructType PAYLOAD =
      new StructType()
          .add("device", "string")
          .add("run", "string")
          .add("seq", "long")
          .add("time", "timestamp")
          .add("value", "double");

  private final Tally tally;
  private final Board board;

  FactoryQuery(Tally tally, Board board) {
    this.tally = tally;
    this.board = board;
  }

  /** Starts it; from then on it runs by itself. */
  StreamingQuery start(SparkSession spark, String url, int qos, String checkpoint)
      throws TimeoutException {
    return readings(
            spark,
            Map.of(
                "brokerUrl", url,
                "topics", TOPICS,
                "group", GROUP,
                "partitions", Integer.toString(PARTITIONS),
                "qos", Integer.toString(qos),
                "maxOffsetsPerTrigger", MOST_PER_BATCH))
        .writeStream()
        .queryName("factory")
        .option("checkpointLocation", checkpoint)
        .trigger(Trigger.ProcessingTime(INTERVAL))
        .foreachBatch(this::process)
        .start();
  }

  /** A row for each message of the sensors. */
  static Dataset<Row> readings(SparkSession spark, Map<String, String> options) {
    Column level = split(col("topic"), "/");
    return spark
        .readStream()
        .format("mqtt-partitioned")
        .options(options)
        .load()
        .select(
            col("timestamp").as("received"),
            level.getItem(HALL_LEVEL).as("hall"),
            level.getItem(KIND_LEVEL).as("kind"),
            from_json(col("payload").cast("string"), PAYLOAD).as("reading"))
        .select("received", "hall", "kind", "reading.*");
  }

  private void process(Dataset<Row> batch, Long number) throws java.io.IOException {
    batch.persist();
    try {
      board.halls(halls(batch));
      List<Row> messages =
          batch.select("run", "device", "seq", "received", "kind", "value").collectAsList();
      board.readings(messages);
      tally.add(number, seen(messages));
    } finally {
      batch.unpersist();
    }
  }

  /** What each hall is like. */
  static List<Row> halls(Dataset<Row> batch) {
    Column alert = lit(false);
    for (Kind kind : Kind.values()) {
      alert = alert.or(is(kind).and(col("value").gt(kind.alarm())));
    }
    return batch
        .groupBy("hall")
        .agg(
            count("*").as("messages"),
            average(Kind.TEMPERATURE),
            average(Kind.HUMIDITY),
            average(Kind.VIBRATION),
            sum(when(coalesce(alert, lit(false)), 1).otherwise(0)).as("alerts"))
        .orderBy("hall")
        .collectAsList();
  }

  private static Column average(Kind kind) {
    return avg(when(is(kind), col("value"))).as(kind.level());
  }

  private static Column is(Kind kind) {
    return col("kind").equalTo(kind.level());
  }

  private static List<Tally.Seen> seen(List<Row> messages) {
    List<Tally.Seen> seen = new ArrayList<>(messages.size());
    for (Row message : messages) {
      boolean known = !message.isNullAt(0) && !message.isNullAt(2) && message.getLong(2) >= 0;
      Timestamp received = message.getTimestamp(3);
      seen.add(
          new Tally.Seen(
              known ? message.getString(0) : "",
              known ? Factory.indexOf(message.getString(1)) : -1,
              known ? message.getLong(2) : 0,
              received.getTime()));
    }
    return seen;
  }
}
