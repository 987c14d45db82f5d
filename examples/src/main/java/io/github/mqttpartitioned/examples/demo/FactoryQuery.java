// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.examples.factory.Readings;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * The query of the demo: the sensors' messages from the connector, their JSON taken apart, and
 * counted where their partition is read. The driver gets a {@link BatchCount} of each partition,
 * and no row. Readings above the alarm level go back to the broker as {@link Alerts}.
 */
final class FactoryQuery {

  /** From micro-batch to micro-batch. */
  static final int INTERVAL_MILLIS = 1_000;

  private final Tally tally;
  private final Board board;
  private final Alerts alerts;
  private final long brokerStartedMillis;

  FactoryQuery(Tally tally, Board board, Alerts alerts, long brokerStartedMillis) {
    this.tally = tally;
    this.board = board;
    this.alerts = alerts;
    this.brokerStartedMillis = brokerStartedMillis;
  }

  /** Starts it; from then on it runs by itself. */
  StreamingQuery start(SparkSession spark, String url, int qos, String checkpoint)
      throws TimeoutException {
    return Readings.of(spark, Map.of("brokerUrl", url, "qos", Integer.toString(qos)))
        .selectExpr(BatchCount.COLUMNS)
        .writeStream()
        .queryName("factory")
        .option("checkpointLocation", checkpoint)
        .trigger(Trigger.ProcessingTime(INTERVAL_MILLIS))
        .foreachBatch(this::process)
        .start();
  }

  private void process(Dataset<Row> batch, Long number) throws IOException {
    BatchCount counted = count(batch, brokerStartedMillis);
    board.add(counted);
    alerts.send(batch.sparkSession(), counted.alerts());
    tally.add(number, counted);
  }

  /** Counts rows of {@link BatchCount#COLUMNS} in the executors. */
  static BatchCount count(Dataset<Row> rows, long brokerStartedMillis) {
    BatchAccumulator all = new BatchAccumulator(new BatchCount(brokerStartedMillis));
    rows.sparkSession().sparkContext().register(all);
    rows.foreachPartition(
        (ForeachPartitionFunction<Row>)
            partition -> {
              BatchCount own = new BatchCount(brokerStartedMillis);
              partition.forEachRemaining(own::add);
              all.add(own);
            });
    return all.value();
  }
}
