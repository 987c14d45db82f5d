// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the processes of a Spark application are started with.
 *
 * @param jdk runs them
 * @param scala binary version of Scala, which Spark's launcher asks for
 * @param classPath Spark, the connector and the programs of the tests
 */
public record SparkRuntime(Jdk jdk, String scala, List<Path> classPath) {

  /** This JVM's own. */
  public static SparkRuntime own() {
    List<Path> classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList();
    return new SparkRuntime(Jdk.own(), "2.13", classPath);
  }

  /**
   * Another Spark.
   *
   * @param connector its jar, or its classes and what they need
   */
  public static SparkRuntime of(SparkVersion spark, Jdk jdk, List<Path> connector) {
    List<Path> all = new ArrayList<>(connector);
    all.addAll(SparkVersion.programs());
    all.addAll(spark.classPath());
    return new SparkRuntime(jdk, spark.scala(), all);
  }

  /**
   * The Spark that the system property {@code test.spark} names, such as {@code 3.5.9_2.12}; this
   * JVM's own without it.
   */
  public static SparkRuntime chosen() {
    return Optional.ofNullable(System.getProperty("test.spark"))
        .filter(name -> !name.isEmpty())
        .map(name -> of(SparkVersion.parse(name), Jdk.own(), ConnectorJar.classes()))
        .orElseGet(SparkRuntime::own);
  }

  /** The class path, as {@code java} takes it. */
  public String joinedClassPath() {
    return classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
