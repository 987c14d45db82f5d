package io.github.mqttpartitioned.examples.compose;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;

/**
 * The demo's query for {@code spark-submit}, as docker-compose.yml has it: what each hall is like,
 * once a second, until it is ended. Every argument is {@code option=value}; all but {@code
 * checkpointLocation} go to the source.
 */
public final class ClusterQuery {

  private static final String CHECKPOINT = "checkpointLocation";

  private ClusterQuery() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("topics", FactoryQuery.TOPICS);
    options.put("group", FactoryQuery.GROUP);
    options.put("partitions", Integer.toString(FactoryQuery.PARTITIONS));
    options.put("maxOffsetsPerTrigger", FactoryQuery.MOST_PER_BATCH);
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException(
            "'%s' is no option; accepted is option=value".formatted(argument));
      }
      options.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    String checkpoint = options.remove(CHECKPOINT);
    if (checkpoint == null) {
      throw new IllegalArgumentException("Say where the checkpoint is: " + CHECKPOINT + "=<path>");
    }
    FactoryQuery.readings(SparkSession.builder().getOrCreate(), options)
        .writeStream()
        .queryName("factory")
        .option(CHECKPOINT, checkpoint)
        .trigger(Trigger.ProcessingTime(FactoryQuery.INTERVAL))
        .foreachBatch(ClusterQuery::show)
        .start()
        .awaitTermination();
  }

  private static void show(Dataset<Row> batch, Long number) {
    System.out.println("Batch " + number);
    FactoryQuery.halls(batch).forEach(hall -> System.out.println("  " + hall.json()));
  }
}
