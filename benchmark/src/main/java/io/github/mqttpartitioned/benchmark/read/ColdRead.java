// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.read;

import com.sun.management.OperatingSystemMXBean;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.spark.LocalSpark;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;

/** One query in a JVM that has done nothing before but start Spark. Says how long it took. */
final class ColdRead {

  /** What {@link #main} prints: milliseconds by the clock, and of CPU time of the whole JVM. */
  static final String ANSWER = "cold (\\d+) ms, CPU (\\d+) ms";

  private ColdRead() {}

  /** The arguments for {@link #main}. */
  static String[] arguments(
      String side,
      Query query,
      Backlog backlog,
      BacklogQuery.Place place,
      String kafka,
      Path scratch) {
    return List.of(
            side,
            query.name(),
            String.valueOf(backlog.partitions()),
            String.valueOf(backlog.rowsPerPartition()),
            String.valueOf(backlog.payloadBytes()),
            String.valueOf(backlog.topics()),
            place.brokerUrl(),
            place.stores().toString(),
            place.first().toString(),
            kafka,
            scratch.toString())
        .toArray(String[]::new);
  }

  /** Runs the query. */
  public static void main(String[] arguments) throws Exception {
    Query query = Query.named(arguments[1]);
    Backlog backlog =
        new Backlog(
            Integer.parseInt(arguments[2]),
            Long.parseLong(arguments[3]),
            Integer.parseInt(arguments[4]),
            Integer.parseInt(arguments[5]));
    BacklogQuery.Place place =
        new BacklogQuery.Place(arguments[6], Path.of(arguments[7]), Path.of(arguments[8]));
    try (Scratch scratch = Scratch.in(Path.of(arguments[10]));
        SparkSession spark = LocalSpark.start(scratch.newDirectory());
        BacklogQuery queries = BacklogQuery.at(place, spark, backlog, scratch)) {
      OperatingSystemMXBean system =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = system.getProcessCpuTime();
      long begin = System.nanoTime();
      switch (arguments[0]) {
        case ColdScenario.KAFKA -> queries.runKafka(query, arguments[9]);
        case ColdScenario.NOTHING -> queries.runNothing(query);
        case ColdScenario.BATCH -> queries.runBatch(query);
        default -> queries.run(query);
      }
      System.out.printf(
          Locale.ROOT,
          "cold %d ms, CPU %d ms%n",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
          TimeUnit.NANOSECONDS.toMillis(system.getProcessCpuTime() - cpu));
    }
    System.exit(0);
  }
}
