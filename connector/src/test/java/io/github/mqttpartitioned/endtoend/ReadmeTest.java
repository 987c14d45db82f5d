// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.testkit.Await;
import io.github.mqttpartitioned.testkit.Publisher;
import io.github.mqttpartitioned.testkit.Snippet;
import io.github.mqttpartitioned.testkit.Spark;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of README.md, as they stand but for the broker's address and the folders. */
class ReadmeTest {

  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final String EXAMPLE_BROKER = "tcp://localhost:1883";
  private static final String EXAMPLE_FOLDER = "/data/";

  @TempDir Path folder;

  @Test
  void javaFeedsParquetAndSqlReadsItsView() throws Exception {
    SparkSession spark = Spark.session();
    try (TestBroker broker = TestBrokers.start()) {
      CompletableFuture<Void> program = start(compile(java(broker)));
      StreamingQuery parquet = awaitQuery(spark, program);
      StreamingQuery memory =
          spark
              .sql(Snippet.of("README.md", "sql").text())
              .writeStream()
              .format("memory")
              .queryName("temperatures")
              .outputMode("append")
              .option("checkpointLocation", folder.resolve("sql").toString())
              .start();
      awaitConnected(parquet);
      awaitConnected(memory);
      try (Publisher publisher = Publisher.to(broker.url()).connect()) {
        publisher.publish("factory/1/temperature", "21".getBytes(UTF_8), 1);
        publisher.publish("factory/1/pressure", "980".getBytes(UTF_8), 1);
        publisher.awaitAcknowledged(DEADLINE);
      }

      Arrived.await(parquet, 2);
      Arrived.await(memory, 2);
      assertThat(topicsAndValues(spark.read().parquet(folder.resolve("sensors").toString())))
          .containsExactlyInAnyOrder("factory/1/temperature 21", "factory/1/pressure 980");
      assertThat(topicsAndValues(spark.table("temperatures")))
          .containsExactly("factory/1/temperature 21");

      memory.stop();
      parquet.stop();
      program.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      for (StreamingQuery query : spark.streams().active()) {
        query.stop();
      }
    }
  }

  private String java(TestBroker broker) {
    return Snippet.of("README.md", "java")
        .with(EXAMPLE_BROKER, broker.url())
        .with(EXAMPLE_FOLDER, folder + "/")
        .text();
  }

  /** The example in a class of its own: what a reader puts around it. */
  private Class<?> compile(String example) throws Exception {
    String imports = example.lines().filter(ReadmeTest::isImport).collect(Collectors.joining("\n"));
    String statements =
        example.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
    Path source = folder.resolve("Sensors.java");
    Files.writeString(
        source,
        """
        %s
        public class Sensors {
          public static void main(String[] args) throws Exception {
        %s
          }
        }
        """
            .formatted(imports, statements));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    List<String> options =
        List.of("-cp", System.getProperty("java.class.path"), "-d", folder.toString());
    try (var files = compiler.getStandardFileManager(null, null, UTF_8)) {
      boolean compiled =
          compiler
              .getTask(errors, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      assertThat(compiled).as("%s", errors).isTrue();
    }
    URL[] classes = {folder.toUri().toURL()};
    return new URLClassLoader(classes, getClass().getClassLoader()).loadClass("Sensors");
  }

  private static boolean isImport(String line) {
    return line.startsWith("import ");
  }

  /** Runs the program, which ends with its query. */
  private static CompletableFuture<Void> start(Class<?> program) {
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread main =
        new Thread(
            () -> {
              try {
                program.getMethod("main", String[].class).invoke(null, (Object) new String[0]);
                end.complete(null);
              } catch (ReflectiveOperationException e) {
                end.completeExceptionally(e);
              }
            },
            "example");
    main.setDaemon(true);
    main.start();
    return end;
  }

  private static StreamingQuery awaitQuery(SparkSession spark, CompletableFuture<Void> program) {
    return Await.value(
        "the query of the example",
        DEADLINE,
        () -> {
          if (program.isDone()) {
            program.join();
          }
          return spark.streams().active();
        },
        queries -> queries.length == 1)[0];
  }

  private static void awaitConnected(StreamingQuery query) {
    Await.until(
        "the first progress, exception " + query.exception(),
        DEADLINE,
        () -> query.recentProgress().length > 0 || query.exception().isDefined());
  }

  private static List<String> topicsAndValues(Dataset<Row> rows) {
    return Arrays.stream((Row[]) rows.select("topic", "json").collect())
        .map(row -> row.getString(0) + " " + row.getString(1))
        .toList();
  }
}
