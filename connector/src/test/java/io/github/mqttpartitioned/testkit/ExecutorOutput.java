// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a cluster's executors have written, in files that Spark's workers keep.
 *
 * @param home of the workers
 */
record ExecutorOutput(Path home) {

  /** What one has written so far, to standard output and error. */
  List<String> lines(String executor) {
    List<String> lines = new ArrayList<>();
    for (Path file : files()) {
      if (file.getParent().endsWith(executor)) {
        try {
          lines.addAll(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return lines;
  }

  /** For an error: the last lines of each. */
  String describe() {
    StringBuilder all = new StringBuilder();
    files().forEach(file -> all.append(file).append(":\n").append(TempFolder.tail(file)));
    return all.toString();
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.walk(home)) {
      return files.filter(file -> file.endsWith("stdout") || file.endsWith("stderr")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
