// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** The jar that users get. */
public final class ConnectorJar {

  private static final String NEWEST_SPARK = "src/main/java-newest-spark";

  private ConnectorJar() {}

  /** The jar, which the build has made before the tests of it run. */
  public static Path path() {
    String jar = System.getProperty("connector.jar");
    if (jar == null || !Files.isRegularFile(Path.of(jar))) {
      throw new AssertionError("The system property connector.jar names no file: " + jar);
    }
    return Path.of(jar);
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
