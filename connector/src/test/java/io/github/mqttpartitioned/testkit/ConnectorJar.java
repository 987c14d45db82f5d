// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The jar that users get. */
public final class ConnectorJar {

  private static final String NEWEST_SPARK = "src/main/java-newest-spark";

  /** What the jar brings itself, by a part of the path of its files. */
  private static final List<String> DEPENDENCIES =
      List.of("paho", "lmdbjava", "/jnr", "/asm", "micrometer", "prometheus", "ongres", "jspecify");

  private ConnectorJar() {}

  /** The jar, which the build has made before the tests of it run. */
  public static Path path() {
    String jar = System.getProperty("connector.jar");
    if (jar == null || !Files.isRegularFile(Path.of(jar))) {
      throw new AssertionError("The system property connector.jar names no file: " + jar);
    }
    return Path.of(jar);
  }

  /** Whether a file is the jar. */
  static boolean isPath(Path file) {
    return file.toString().equals(System.getProperty("connector.jar"));
  }

  /**
   * What the jar is made of, from this JVM's class path: for tests that run before there is one.
   */
  static List<Path> classes() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(ConnectorJar::isPart)
        .map(Path::of)
        .toList();
  }

  /** Whether an entry of this JVM's class path is a part of the jar. */
  public static boolean isPart(String entry) {
    return entry.endsWith("/target/classes") || DEPENDENCIES.stream().anyMatch(entry::contains);
  }

  /**
   * Whether a class, or the one that it lies in, is compiled against the newest Spark.
   *
   * @param name with slashes, such as {@code java/lang/String}
   */
  public static boolean isForNewestSpark(String name) {
    int nested = name.indexOf('$');
    String outer = nested < 0 ? name : name.substring(0, nested);
    Path sources = ProjectFiles.of("connector").resolve(NEWEST_SPARK);
    return Files.exists(sources.resolve(outer + ".java"));
  }
}
