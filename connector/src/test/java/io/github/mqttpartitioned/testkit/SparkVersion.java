// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>io.github.mqttpartitioned</groupId>
        <artifactId>spark</artifactId>
        <version>0</version>
        <dependencies>
          <dependency>
            <groupId>org.apache.spark</groupId>
            <artifactId>spark-sql_%s</artifactId>
            <version>%s</version>
          </dependency>
        </dependencies>
      </project>
      """;

  /** The same version as everywhere, so that Maven has it already. */
  private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

  private static final long RESOLVE_MINUTES = 10;

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
    Path file = ProjectFiles.of("connector").resolve("target/spark/" + this + "/classpath");
    try {
      if (!Files.exists(file)) {
        resolve(file);
      }
      return Stream.of(Files.readString(file).strip().split(File.pathSeparator))
          .map(Path::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void resolve(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path pom = file.resolveSibling("pom.xml");
    Files.writeString(pom, POM.formatted(scala, spark));
    Path output = file.resolveSibling("maven.log");
    Path unfinished = file.resolveSibling("classpath.new");
    Process maven =
        new ProcessBuilder(
                maven(),
                "-B",
                "-ntp",
                "-f",
                pom.toString(),
                PLUGIN + ":build-classpath",
                "-Dmdep.outputFile=" + unfinished)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!maven.waitFor(RESOLVE_MINUTES, TimeUnit.MINUTES) || maven.exitValue() != 0) {
        maven.destroyForcibly();
        throw new AssertionError(
            "Maven cannot resolve Spark %s:%n%s".formatted(this, Files.readString(output)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while Maven resolves Spark " + this, e);
    }
    Files.move(unfinished, file);
  }

  private static String maven() {
    String home = System.getProperty("maven.home");
    return home == null ? "mvn" : Path.of(home, "bin", "mvn").toString();
  }

  /** The classes of the tests, and the library that they check results with. */
  static List<Path> programs() {
    return Stream.of(SparkVersion.class, Assertions.class).map(SparkVersion::location).toList();
  }

  private static Path location(Class<?> one) {
    return Path.of(URI.create(one.getProtectionDomain().getCodeSource().getLocation().toString()));
  }

  @Override
  public String toString() {
    return spark + "_" + scala;
  }
}
