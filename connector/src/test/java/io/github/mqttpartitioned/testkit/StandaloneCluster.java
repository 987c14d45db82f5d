// SPDX-License-Identifier: Apache-2.0
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
import java.util.TreeMap;
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

  private static final String LOOPBACK = "127.0.0.1";
  private static final String DEPLOY = "org.apache.spark.deploy.";
  private static final Duration START = Duration.ofMinutes(5);

  /** How a cluster is started. */
  public static final class Builder {
    private final Path folder;
    private final Map<String, String> settings = new TreeMap<>();
    private final List<Worker> workers = new ArrayList<>();
    private String host = LOOPBACK;

    private Builder(Path folder) {
      this.folder = folder;
    }

    /** The address of master and driver; 127.0.0.1 by default. */
    public Builder host(String value) {
      host = value;
      return this;
    }

    /** A setting of Spark's, for master, workers and applications alike. */
    public Builder setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /**
     * A worker with an address of its own.
     *
     * @param cores one executor for each
     * @param wrapper as {@link ChildJvm.Builder#wrapper} has it
     */
    public Builder worker(String address, int cores, List<String> wrapper) {
      workers.add(new Worker(address, cores, wrapper));
      return this;
    }

    /** A worker with an address of its own. */
    public Builder worker(String address, int cores) {
      return worker(address, cores, List.of());
    }

    /** Starts master and workers, and waits until the master knows them. */
    public StandaloneCluster start() {
      StandaloneCluster cluster = new StandaloneCluster(this);
      try {
        cluster.master.awaitLine("I have been elected leader|Starting Spark master", START);
        workers.forEach(cluster::addWorker);
        cluster.awaitWorkers();
        return cluster;
      } catch (AssertionError | RuntimeException e) {
        cluster.close();
        throw e;
      }
    }
  }

  private record Worker(String address, int cores, List<String> wrapper) {}

  private final Path home;
  private final String host;
  private final Map<String, String> common;
  private final ChildJvm master;
  private final String url;
  private final List<ChildJvm> workers = new ArrayList<>();

  private StandaloneCluster(Builder builder) {
    this.home = builder.folder.resolve("spark-home");
    this.host = builder.host;
    this.common = Map.copyOf(builder.settings);
    int port = Ports.free();
    this.url = "spark://" + host + ":" + port;
    layOut(home, SparkRuntime.own());
    this.master =
        start(
            List.of(),
            "master.Master",
            "--host",
            host,
            "--port",
            String.valueOf(port),
            "--webui-port",
            "0");
  }

  /** Makes what Spark's launcher looks for in a distribution. */
  static void layOut(Path home, SparkRuntime runtime) {
    try {
      Files.createDirectories(home.resolve("jars"));
      Files.createDirectories(home.resolve("launcher/target/scala-" + runtime.scala()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A cluster on this machine.
   *
   * @param folder for what the workers write
   */
  public static Builder in(Path folder) {
    return new Builder(folder);
  }

  /**
   * Starts master and workers on 127.0.0.1.
   *
   * @param folder for what the workers write
   * @param coresPerWorker one executor for each
   */
  public static StandaloneCluster start(Path folder, int workers, int coresPerWorker) {
    Builder builder = in(folder);
    for (int worker = 0; worker < workers; worker++) {
      builder.worker(LOOPBACK, coresPerWorker);
    }
    return builder.start();
  }

  private synchronized void addWorker(Worker worker) {
    ChildJvm started =
        start(
            worker.wrapper,
            "worker.Worker",
            "--host",
            worker.address,
            "--webui-port",
            "0",
            "--cores",
            String.valueOf(worker.cores),
            "--memory",
            worker.cores + "g",
            "--work-dir",
            home.resolve("work" + workers.size()).toString(),
            url);
    workers.add(started);
  }

  private void awaitWorkers() {
    for (ChildJvm worker : workers) {
      worker.awaitLine("Successfully registered with master", START);
    }
  }

  private ChildJvm start(List<String> wrapper, String main, String... arguments) {
    try {
      ChildJvm.Builder child =
          ChildJvm.of(Class.forName(DEPLOY + main), arguments)
              .wrapper(wrapper)
              .heapMiB(256)
              .directory(home)
              .property("log4j2.configurationFile", log4j(home).toString());
      common.forEach(child::property);
      return child.start();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static Path log4j(Path home) {
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
    Map<String, String> settings = settings(home, SparkRuntime.own());
    settings.putAll(common);
    settings.put("spark.master", url);
    settings.put("spark.driver.host", host);
    settings.put("spark.driver.bindAddress", host);
    return settings;
  }

  /**
   * What an application needs for its executors to have a class path.
   *
   * @param home to write to
   */
  static Map<String, String> settings(Path home, SparkRuntime runtime) {
    Map<Boolean, List<Path>> classPath =
        runtime.classPath().stream()
            .filter(Files::exists)
            .collect(
                Collectors.partitioningBy(
                    entry -> Files.isDirectory(entry) || ConnectorJar.isPath(entry)));
    Map<String, String> settings = new TreeMap<>();
    // As users give the connector: Spark's own class loader does not know it.
    settings.put(
        "spark.jars",
        classPath.get(true).stream()
            .map(entry -> Files.isDirectory(entry) ? jar(home, entry) : entry)
            .map(Path::toString)
            .collect(Collectors.joining(",")));
    settings.put("spark.ui.enabled", "false");
    settings.put("spark.executor.cores", "1");
    settings.put("spark.executor.memory", "512m");
    settings.put(
        "spark.executor.extraClassPath",
        classPath.get(false).stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator)));
    settings.put("spark.executorEnv.SPARK_SCALA_VERSION", runtime.scala());
    settings.put(
        "spark.executor.extraJavaOptions",
        "-Dlog4j2.configurationFile=" + log4j(home) + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1");
    return settings;
  }

  /** A directory of classes as a jar. */
  private static Path jar(Path home, Path root) {
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
    return jar;
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

  /**
   * The process of an executor.
   *
   * @param id as Spark gives it
   */
  public ProcessHandle executor(String id) {
    return executors().stream()
        .filter(process -> argument(process, "--executor-id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("No executor " + id + " runs"));
  }

  /** From the system: {@link ProcessHandle#info} leaves a long class path out, and all with it. */
  private static String argument(ProcessHandle process, String name) {
    try {
      Path file = Path.of("/proc", String.valueOf(process.pid()), "cmdline");
      List<String> arguments = List.of(Files.readString(file).split("\0", -1));
      int at = arguments.indexOf(name);
      return at < 0 ? "" : arguments.get(at + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What an executor has written so far, to standard output and error.
   *
   * @param id as Spark gives it
   */
  public List<String> output(String id) {
    return new ExecutorOutput(home).lines(id);
  }

  /** The executors' output, for an error: the last lines of each. */
  public String describe() {
    return new ExecutorOutput(home).describe();
  }

  @Override
  public synchronized void close() {
    List<ProcessHandle> left = executors();
    workers.forEach(ChildJvm::close);
    master.close();
    left.forEach(ProcessHandle::destroyForcibly);
  }
}
