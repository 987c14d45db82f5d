// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.scale;

import io.github.mqttpartitioned.benchmark.report.ProcessCpu;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.spark.RunningQuery;
import io.github.mqttpartitioned.testkit.MqttProperties;
import io.github.mqttpartitioned.testkit.ScriptedBroker;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.spark.sql.SparkSession;

/** What a query costs that has nothing to do: the CPU time of the process, in % of a core. */
final class IdleCpu {

  private static final double PERCENT = 100;

  private IdleCpu() {}

  /** Of the connector, whose broker sends nothing. */
  static double ofConnector(SparkSession spark, int partitions, long seconds, Scratch scratch)
      throws Exception {
    try (ScriptedBroker broker =
            ScriptedBroker.start(
                connection -> {
                  connection.accept(false, MqttProperties.NONE);
                  connection.grant();
                });
        RunningQuery query =
            RunningQuery.intoNoop(
                spark,
                broker.url(),
                partitions,
                RunningQuery.BACK_TO_BACK,
                scratch.newDirectory())) {
      return of(query, seconds);
    }
  }

  /** Of a source of Spark's own, whose peer sends nothing. */
  static double ofSocket(SparkSession spark, long seconds, Scratch scratch) throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RunningQuery query =
            RunningQuery.ofSocket(spark, peer.getLocalPort(), scratch.newDirectory())) {
      return of(query, seconds);
    }
  }

  private static double of(RunningQuery query, long seconds) throws InterruptedException {
    // What starting has left to do, compiling above all, is not the idle query's.
    Thread.sleep(seconds * 1_000);
    long cpu = ProcessCpu.nanos();
    long begin = System.nanoTime();
    Thread.sleep(seconds * 1_000);
    double share = (double) (ProcessCpu.nanos() - cpu) / (System.nanoTime() - begin);
    if (query.rows() != 0) {
      throw new IllegalStateException("the idle query has read " + query.rows() + " rows");
    }
    return share * PERCENT;
  }
}
