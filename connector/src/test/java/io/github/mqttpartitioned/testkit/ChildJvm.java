// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A main class in a JVM of its own, to be killed: with this JVM's class path, and opened to
 * reflection as Spark and lmdbjava need it. It dies with {@link #close}, and with this JVM however
 * this JVM ends. Its standard output and error are collected as one; its standard input is not its
 * own. Thread-safe.
 */
public final class ChildJvm implements AutoCloseable {

  private static final List<String> OPENED =
      List.of(
          "java.io",
          "java.lang",
          "java.lang.invoke",
          "java.lang.reflect",
          "java.net",
          "java.nio",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "jdk.internal.ref",
          "sun.nio.ch",
          "sun.nio.cs",
          "sun.security.action",
          "sun.util.calendar");
  private static final int TAIL_LINES = 60;

  /** Exit value by SIGKILL. */
  private static final int KILLED = 128 + 9;

  private static final Duration END_DEADLINE = Duration.ofSeconds(30);
  private static final Duration OUTPUT_DEADLINE = Duration.ofSeconds(5);

  /** How a child is started. */
  public static final class Builder {
    private final Class<?> main;
    private final List<String> arguments;
    private final Map<String, String> properties = new TreeMap<>();
    private final List<String> options = new ArrayList<>();
    private List<String> wrapper = List.of();
    private final Map<String, String> environment = new TreeMap<>();
    private Path directory = Path.of("").toAbsolutePath();
    private String classPath = System.getProperty("java.class.path");
    private Path javaHome = Path.of(System.getProperty("java.home"));

    private Builder(Class<?> main, List<String> arguments) {
      this.main = main;
      this.arguments = arguments;
    }

    /** Sets a system property. */
    public Builder property(String name, String value) {
      properties.put(name, value);
      return this;
    }

    /** The largest heap, in MiB; 512 by default. */
    public Builder heapMiB(int value) {
      return option("-Xmx" + value + "m");
    }

    /** Adds an option of the {@code java} command. */
    public Builder option(String value) {
      options.add(value);
      return this;
    }

    /** A command that runs the one that is appended to it, in its own process; none by default. */
    public Builder wrapper(List<String> value) {
      wrapper = List.copyOf(value);
      return this;
    }

    /** Sets a variable of the environment. */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /** The working directory; this JVM's by default. */
    public Builder directory(Path value) {
      directory = value;
      return this;
    }

    /** The class path; this JVM's by default. */
    public Builder classPath(String value) {
      classPath = value;
      return this;
    }

    /** Java, Spark and the class path; this JVM's by default. */
    public Builder runtime(SparkRuntime value) {
      javaHome = value.jdk().home();
      // Spark's workers start their executors with it.
      environment("JAVA_HOME", javaHome.toString());
      return classPath(value.joinedClassPath());
    }

    /** Starts the child. */
    public ChildJvm start() {
      List<String> command = new ArrayList<>(wrapper);
      command.add(javaHome.resolve("bin/java").toString());
      OPENED.forEach(name -> command.add("--add-opens=java.base/" + name + "=ALL-UNNAMED"));
      command.add("-Dio.netty.tryReflectionSetAccessible=true");
      // Short lives: C2 and the threads of G1 cost more than they give back.
      command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      command.addAll(options);
      properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
      command.addAll(List.of("-cp", classPath));
      command.addAll(List.of(Launcher.class.getName(), main.getName()));
      command.addAll(arguments);
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ChildJvm(main.getSimpleName(), builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot start " + command, e);
      }
    }
  }

  private final String name;
  private final Process process;
  private final Thread collector;

  // Guarded by this.
  private final List<String> lines = new ArrayList<>();
  private final List<ProcessHandle> grandchildren = new ArrayList<>();
  private int awaited;
  private boolean ended;

  private ChildJvm(String name, Process process) {
    this.name = name;
    this.process = process;
    this.collector = new Thread(this::collect, name + "-output");
    collector.setDaemon(true);
    collector.start();
  }

  /** A child that runs this class's {@code main}. */
  public static Builder of(Class<?> main, String... arguments) {
    return new Builder(main, List.of(arguments));
  }

  private void collect() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        synchronized (this) {
          lines.add(line);
          notifyAll();
        }
      }
    } catch (IOException e) {
      // The pipe of a killed process: what came until then is what there is.
    }
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      ended = true;
      notifyAll();
    }
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** All lines that it has written so far. */
  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /**
   * Waits for a line that contains a match of {@code regex}, and returns the match. Looks only at
   * lines after the one that the call before this has returned.
   *
   * @throws AssertionError if none comes in time, or the child ends without one
   */
  public synchronized Matcher awaitLine(String regex, Duration deadline) {
    Pattern pattern = Pattern.compile(regex);
    long end = System.nanoTime() + deadline.toNanos();
    while (true) {
      for (int i = awaited; i < lines.size(); i++) {
        Matcher matcher = pattern.matcher(lines.get(i));
        if (matcher.find()) {
          awaited = i + 1;
          return matcher;
        }
      }
      long millis = (end - System.nanoTime()) / 1_000_000;
      if (ended || millis <= 0) {
        throw new AssertionError(
            "%s for a line with %s%n%s"
                .formatted(ended ? "Ended" : "Waited " + deadline, regex, describe()));
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("Interrupted waiting for a line with " + regex, e);
      }
    }
  }

  /** Ends it with SIGKILL, and returns when it has ended. What it has started lives on. */
  public void kill9() {
    synchronized (this) {
      process.descendants().forEach(grandchildren::add);
    }
    process.destroyForcibly();
    awaitExit(END_DEADLINE);
  }

  /**
   * As {@link #kill9}, of a child that has had no reason to end.
   *
   * @throws AssertionError with its output, if it had ended by itself
   */
  public void kill9Running() {
    boolean running = isAlive();
    kill9();
    if (!running || process.exitValue() != KILLED) {
      throw new AssertionError("Was to be killed while it ran: " + describe());
    }
  }

  /** Asks it to end with SIGTERM; returns its exit value when it has ended. */
  public int stop() {
    // Not Process.destroy(), which closes the pipe that tells the child of its parent's end.
    process.toHandle().destroy();
    return awaitExit(END_DEADLINE);
  }

  /**
   * Waits until it has ended, and returns its exit value: 128 and the signal if killed by one.
   *
   * @throws AssertionError if it does not end in time
   */
  public int awaitExit(Duration deadline) {
    try {
      if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("Still running after " + deadline + "\n" + describe());
      }
      collector.join(OUTPUT_DEADLINE.toMillis());
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted waiting for " + name + " to end", e);
    }
  }

  /** What to put into an error: its state and the last lines of its output. */
  public synchronized String describe() {
    List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    return "%s (pid %d), %s, its last output:%n%s"
        .formatted(
            name,
            pid(),
            isAlive() ? "running" : "ended with " + process.exitValue(),
            String.join("\n", tail));
  }

  /** Kills it, if it still runs, and what it has started. */
  @Override
  public void close() {
    kill9();
    synchronized (this) {
      grandchildren.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /** The child's side: runs the main class, and ends the child when its parent is gone. */
  static final class Launcher {
    private Launcher() {}

    /**
     * Runs a main class. An error of it ends the child, whatever other threads there are.
     *
     * @param arguments its name, and its arguments
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
      Thread watch = new Thread(Launcher::endWithParent, "end-with-parent");
      watch.setDaemon(true);
      watch.start();
      Method main = Class.forName(arguments[0]).getDeclaredMethod("main", String[].class);
      main.setAccessible(true);
      String[] rest = Stream.of(arguments).skip(1).toArray(String[]::new);
      try {
        main.invoke(null, (Object) rest);
      } catch (InvocationTargetException e) {
        e.getCause().printStackTrace();
        System.exit(1);
      }
    }

    /** The parent holds the other end of standard input, and never writes to it. */
    private static void endWithParent() {
      try {
        while (System.in.read() >= 0) {
          // Nobody writes there.
        }
      } catch (IOException e) {
        // As good as its end.
      }
      Runtime.getRuntime().halt(1);
    }
  }
}
