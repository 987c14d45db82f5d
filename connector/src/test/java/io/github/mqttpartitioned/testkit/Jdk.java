// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Java runtime of this machine.
 *
 * @param release such as 17
 * @param home the directory that holds {@code bin/java}
 */
public record Jdk(int release, Path home) {

  private static final Path DEBIAN = Path.of("/usr/lib/jvm");

  /** That of this JVM. */
  public static Jdk own() {
    return new Jdk(Runtime.version().feature(), Path.of(System.getProperty("java.home")));
  }

  /**
   * The runtime of a release: this JVM's own, or that of the variable {@code JAVA_HOME_21} or
   * {@code JAVA_HOME_21_X64}, or a directory with that number below {@code /usr/lib/jvm}.
   */
  public static Optional<Jdk> find(int release) {
    if (own().release == release) {
      return Optional.of(own());
    }
    String variable = "JAVA_HOME_" + release;
    return Stream.concat(
            Stream.of(variable, variable + "_X64")
                .map(System::getenv)
                .filter(Objects::nonNull)
                .map(Path::of),
            installed(release))
        .filter(home -> Files.isExecutable(home.resolve("bin/java")))
        .findFirst()
        .map(home -> new Jdk(release, home));
  }

  private static Stream<Path> installed(int release) {
    if (!Files.isDirectory(DEBIAN)) {
      return Stream.empty();
    }
    try (Stream<Path> homes = Files.list(DEBIAN)) {
      return homes
          .filter(home -> home.getFileName().toString().matches("(\\D*-)?" + release + "(\\D.*)?"))
          .sorted()
          .toList()
          .stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
