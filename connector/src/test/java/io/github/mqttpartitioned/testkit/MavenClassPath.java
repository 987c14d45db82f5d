// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A library and all that it needs, for a process of its own: beside the connector's dependencies it
 * would have other versions. Maven resolves it, in a process of its own, from Central or from the
 * local repository.
 */
final class MavenClassPath {

  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>io.github.mqttpartitioned</groupId>
        <artifactId>class-path</artifactId>
        <version>0</version>
        <dependencies>
          <dependency>
            <groupId>%s</groupId>
            <artifactId>%s</artifactId>
            <version>%s</version>
          </dependency>
        </dependencies>
      </project>
      """;

  /** The same version as everywhere, so that Maven has it already. */
  private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

  private static final long RESOLVE_MINUTES = 10;

  private MavenClassPath() {}

  /** The entries of the class path. */
  static List<Path> of(String groupId, String artifactId, String version) {
    Path file =
        ProjectFiles.of("connector")
            .resolve("target/class-paths/%s-%s/classpath".formatted(artifactId, version));
    try {
      if (!Files.exists(file)) {
        resolve(file, POM.formatted(groupId, artifactId, version));
      }
      return Stream.of(Files.readString(file).strip().split(File.pathSeparator))
          .map(Path::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void resolve(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Path pom = file.resolveSibling("pom.xml");
    Files.writeString(pom, text);
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
            "Maven cannot resolve %s:%n%s"
                .formatted(file.getParent().getFileName(), Files.readString(output)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while Maven resolves " + file.getParent(), e);
    }
    Files.move(unfinished, file);
  }

  private static String maven() {
    String home = System.getProperty("maven.home");
    return home == null ? "mvn" : Path.of(home, "bin", "mvn").toString();
  }
}
