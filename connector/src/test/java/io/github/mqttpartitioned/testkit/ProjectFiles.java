// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files of the project, wherever below its root a test runs. */
public final class ProjectFiles {

  private ProjectFiles() {}

  /**
   * The file with this path below the project's root. The shade plugin moves {@code basedir} for
   * the tests of the jar, so the root is looked for.
   */
  public static Path of(String path) {
    Path start = Path.of(System.getProperty("basedir", "")).toAbsolutePath().normalize();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(path)) && Files.exists(folder.resolve("pom.xml"))) {
        return folder.resolve(path);
      }
    }
    throw new AssertionError("There is no %s in or above %s".formatted(path, start));
  }
}
