// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A folder for one broker's files, under the system's folder for temporary files. */
record TempFolder(Path path) {

  private static final int TAIL_LINES = 30;

  static TempFolder create(String name) {
    try {
      return new TempFolder(Files.createTempDirectory("mqtt-testkit-" + name + "-"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot make a temporary folder", e);
    }
  }

  Path resolve(String file) {
    return path.resolve(file);
  }

  /** Writes text files, by name. */
  void write(Map<String, String> files) {
    files.forEach(
        (name, text) -> {
          try {
            Files.writeString(resolve(name), text);
          } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + resolve(name), e);
          }
        });
  }

  /** Removes the folder and all that is in it. */
  void delete() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot remove " + path, e);
    }
  }

  /** The last lines of a text file, for an error; nothing if there is none. */
  static String tail(Path file) {
    if (!Files.exists(file)) {
      return "";
    }
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      int from = Math.max(0, lines.size() - TAIL_LINES);
      return String.join("\n", lines.subList(from, lines.size())) + "\n";
    } catch (IOException e) {
      return "(cannot read " + file + ": " + e + ")\n";
    }
  }
}
