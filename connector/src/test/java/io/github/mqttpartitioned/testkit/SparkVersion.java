// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;

/**
 * A release of Spark that the connector's jar runs on, and its class path: Maven resolves it, in a
 * process of its own, from Central or from the local repository.
 *
 * @param spark the release, such as {@code 3.5.9}
 * @param scala the binary version of Scala, such as {@code 2.12}
 */
public record SparkVersion(String spark, String scala) {

  /** The versions that the jar is made for, the oldest first. */
  public static final List<SparkVersion> SUPPORTED =
      List.of(
          new SparkVersion("3.5.9", "2.12"),
          new SparkVersion("3.5.9", "2.13"),
          new SparkVersion("4.0.4", "2.13"),
          new SparkVersion("4.1.3", "2.13"),
          new SparkVersion("4.2.0", "2.13"));

  /** One that is too old. */
  public static final SparkVersion TOO_OLD = new SparkVersion("3.4.3", "2.12");

  /** The version with a name such as {@code 3.5.9_2.12}. */
  static SparkVersion parse(String name) {
    return SUPPORTED.stream()
        .filter(version -> version.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () -> new AssertionError("test.spark is %s, not one of %s".formatted(name, SUPPORTED)));
  }

  /** Spark and all that it needs, as entries of a class path. */
  public List<Path> classPath() {
    return MavenClassPath.of("org.apache.spark", "spark-sql_" + scala, spark);
  }

  /** The classes of the tests, and the library that they check results with. */
  static List<Path> programs() {
    return Stream.of(SparkVersion.class, Assertions.class).map(SparkVersion::location).toList();
  }

  /** The jar or the folder that holds a class. */
  static Path location(Class<?> one) {
    return Path.of(URI.create(one.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  @Override
  public String toString() {
    return spark + "_" + scala;
  }
}
