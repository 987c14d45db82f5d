package io.github.mqttpartitioned.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * A Spark standalone cluster without a distribution: a master and workers, each a JVM of its own
 * with this JVM's class path. Executors are started by the workers as in any cluster, and get the
 * same class path by {@link #settings}. Thread-safe.
 */
public final class StandaloneCluster implements AutoCloseable {

  private static final String DEPLOY = "org.apache.spark.deploy.";
  private static final Duration START = Duration.ofMinutes(5);

  private final Path home;
  private final ChildJvm master;
  private final String url;
  private final List<ChildJvm> workers = new ArrayList<>();

  private StandaloneCluster(Path folder, String host) {
    this.home = folder.resolve("spark-home");
    int port = Ports.free();
    this.url = "spark://" + host + ":" + port;
    try {
      // What Spark's launcher looks for in a distribution.
      Files.createDirectories(home.resolve("jars"));
      Files.createDirectories(home.resolve("launcher/target/scala-2.13"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.master =
        start("master.Master", "--host", host, "--port", String.valueOf(port), "--webui-port", "0");
  }

  /**
   * Starts master and workers on 127.0.0.1.
   *
   * @param folder for what the workers write
   * @param coresPerWorker one executor for each
   */
  public static StandaloneCluster start(Path folder, int workers, int coresPerWorker) {
    StandaloneCluster cluster = new StandaloneCluster(folder, "127.0.0.1");
    try {
      cluster.master.awaitLine("I have been elected leader|Starting Spark master", START);
      for (int worker = 0; worker < workers; worker++) {
        cluster.addWorker(coresPerWorker);
      }
      return cluster;
    } catch (AssertionError | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Adds a worker, and waits until the master knows it. */
  public synchronized void addWorker(int cores) {
    ChildJvm worker =
        start(
            "worker.Worker",
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            "--cores",
            String.valueOf(cores),
            "--memory",
            cores + "g",
            "--work-dir",
            home.resolve("work" + workers.size()).toString(),
            url);
    workers.add(worker);
    worker.awaitLine("Successfully registered with master", START);
  }

  private ChildJvm start(String main, String... arguments) {
    try {
      return ChildJvm.of(Class.forName(DEPLOY + main), arguments)
          .heapMiB(256)
          .directory(home)
          .property("log4j2.configurationFile", log4j().toString())
          .start();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private Path log4j() {
    Path file = home.resolve("log4j2.properties");
    try {
      if (!Files.exists(file)) {
        Files.writeString(
            file,
            """
            rootLogger.level = info
            rootLogger.appenderRef.stdout.ref = console
            appender.console.type = Console
            appender.console.name = console
            appender.console.layout.type = PatternLayout
            appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n%ex
            """);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an application needs to run here. */
  public Map<String, String> settings() {
    Map<Boolean, List<String>> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> Files.exists(Path.of(entry)))
            .collect(Collectors.partitioningBy(entry -> Files.isDirectory(Path.of(entry))));
    return Map.of(
        // As users give the connector: Spark's own class loader does not know it.
        "spark.jars",
        classPath.get(true).stream().map(this::jar).collect(Collectors.joining(",")),
        "spark.master",
        url,
        "spark.driver.host",
        "127.0.0.1",
        "spark.driver.bindAddress",
        "127.0.0.1",
        "spark.ui.enabled",
        "false",
        "spark.executor.cores",
        "1",
        "spark.executor.memory",
        "512m",
        "spark.executor.extraClassPath",
        String.join(File.pathSeparator, classPath.get(false)),
        "spark.executorEnv.SPARK_SCALA_VERSION",
        "2.13",
        "spark.executor.extraJavaOptions",
        "-Dlog4j2.configurationFile=" + log4j() + " -XX:+UseSerialGC");
  }

  /** A directory of classes as a jar. */
  private String jar(String directory) {
    Path root = Path.of(directory);
    Path jar = home.resolve(root.getFileName() + ".jar");
    if (!Files.exists(jar)) {
      try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
          Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          out.putNextEntry(new ZipEntry(root.relativize(file).toString()));
          Files.copy(file, out);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return jar.toString();
  }

  /** The executors' processes that run now. */
  public synchronized List<ProcessHandle> executors() {
    return workers.stream()
        .map(worker -> ProcessHandle.of(worker.pid()))
        .flatMap(Optional::stream)
        .flatMap(ProcessHandle::children)
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  /** The executors' output, for an error: the last lines of each. */
  public String describe() {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(f -> f.endsWith("stdout") || f.endsWith("stderr")).toList()) {
        all.append(file).append(":\n").append(TempFolder.tail(file));
      }
    } catch (IOException e) {
      all.append(e);
    }
    return all.toString();
  }

  @Override
  public synchronized void close() {
    List<ProcessHandle> left = executors();
    workers.forEach(ChildJvm::close);
    master.close();
    left.forEach(ProcessHandle::destroyForcibly);
  }
}
