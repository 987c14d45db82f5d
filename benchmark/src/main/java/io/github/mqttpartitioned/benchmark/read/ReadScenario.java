package io.github.mqttpartitioned.benchmark.read;

import io.github.mqttpartitioned.benchmark.Scenario;
import io.github.mqttpartitioned.benchmark.Setting;
import io.github.mqttpartitioned.benchmark.Setting.Count;
import io.github.mqttpartitioned.benchmark.Settings;
import io.github.mqttpartitioned.benchmark.report.Machine;
import io.github.mqttpartitioned.benchmark.report.Sample;
import io.github.mqttpartitioned.benchmark.report.Scratch;
import io.github.mqttpartitioned.benchmark.report.Table;
import io.github.mqttpartitioned.benchmark.report.Versions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * How many rows of a stored backlog a query gets in a second, by the clock and by what its tasks
 * took of one core. The first round warms up and does not count.
 */
public final class ReadScenario implements Scenario {

  private static final int CORES = 2;
  private static final double MILLIS_PER_SECOND = 1000;

  private record Rates(Sample byClock, Sample perCore) {}

  @Override
  public String name() {
    return "read";
  }

  @Override
  public String summary() {
    return "Spark local[" + CORES + "] reads a stored backlog; best with java -Xmx1g -jar …";
  }

  @Override
  public List<Setting> settings() {
    return List.of(
        new Setting(
            "messages",
            new Count(1_000, 1_000_000_000),
            "10000000",
            "200000",
            "messages of the backlog"),
        new Setting("rounds", new Count(1, 1_000), "5", "1", "rounds that count"),
        Setting.of("payload", new Count(8, 1_000_000), "100", "bytes of each payload"),
        Setting.of("topics", new Count(1, 10_000), "300", "topics that the messages spread over"),
        Scratch.SETTING);
  }

  @Override
  public boolean run(Settings settings, PrintStream out) throws Exception {
    Backlog backlog =
        new Backlog(
            CORES,
            settings.count("messages") / CORES,
            settings.smallCount("payload"),
            settings.smallCount("topics"));
    try (Scratch scratch = Scratch.of(settings)) {
      printHead(settings, scratch, backlog, out);
      SparkSession spark = session(scratch.newDirectory());
      try (BacklogQuery query = BacklogQuery.prepare(spark, backlog, scratch)) {
        TaskTime taskTime = new TaskTime(spark.sparkContext());
        Heap heap = new Heap();
        heap.reset();
        Map<Query, Rates> rates = new LinkedHashMap<>();
        for (int round = settings.isCheck() ? 1 : 0; round <= settings.count("rounds"); round++) {
          round(round, query, backlog, taskTime, rates, out);
        }
        out.println();
        out.print(table(rates));
        out.printf(
            Locale.ROOT,
            "%npeak heap: %,d MiB of %,d MiB, garbage included%nEvery count was right.%n",
            heap.peakMebibytes(),
            Runtime.getRuntime().maxMemory() >> 20);
      } finally {
        spark.stop();
      }
    }
    return true;
  }

  private static void round(
      int round,
      BacklogQuery backlogQuery,
      Backlog backlog,
      TaskTime taskTime,
      Map<Query, Rates> rates,
      PrintStream out)
      throws Exception {
    for (Query query : Query.ALL) {
      taskTime.takeMillis();
      double byClock = rate(backlog, backlogQuery.run(query));
      double perCore = rate(backlog, taskTime.takeMillis());
      out.printf(
          Locale.ROOT,
          "%s, %-20s %,14.0f rows/s, %,14.0f rows/s per core%n",
          round == 0 ? "warm-up" : "round " + round,
          query.title(),
          byClock,
          perCore);
      if (round > 0) {
        Rates own = rates.computeIfAbsent(query, none -> new Rates(new Sample(), new Sample()));
        own.byClock().add(byClock);
        own.perCore().add(perCore);
      }
    }
  }

  private static double rate(Backlog backlog, long millis) {
    return backlog.rows() * MILLIS_PER_SECOND / Math.max(1, millis);
  }

  private static Table table(Map<Query, Rates> rates) {
    Table table =
        new Table(
            "query",
            "rows/s by the clock: median [min–max]",
            "rows/s per core, tasks alone: median [min–max]");
    rates.forEach(
        (query, own) ->
            table.add(
                query.title(), own.byClock().medianAndRange(), own.perCore().medianAndRange()));
    return table;
  }

  private static SparkSession session(Path directory) {
    return SparkSession.builder()
        .master("local[" + CORES + "]")
        .appName("mqtt-partitioned-read-benchmark")
        .config("spark.ui.enabled", false)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.local.dir", directory.resolve("local").toString())
        .config("spark.sql.warehouse.dir", directory.resolve("warehouse").toString())
        .config("spark.sql.shuffle.partitions", 1)
        .getOrCreate();
  }

  private static void printHead(
      Settings settings, Scratch scratch, Backlog backlog, PrintStream out) {
    out.println("A stored backlog, read by Spark");
    out.println("machine:  " + Machine.hardware());
    out.println("jvm:      " + Machine.jvm());
    out.println("disk:     " + Machine.disk(scratch.directory()));
    out.println("versions: " + Versions.connector() + ", Spark " + Versions.spark());
    out.println("commit:   " + Machine.commit());
    out.printf(
        Locale.ROOT,
        "settings: %,d messages in %d partitions, %,d bytes of payload, %,d topics, %d rounds;"
            + " one micro-batch each%n%n",
        backlog.rows(),
        backlog.partitions(),
        settings.count("payload"),
        settings.count("topics"),
        settings.count("rounds"));
  }
}
