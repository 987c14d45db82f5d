// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Why a file of the user's cannot be read. Thread-safe: it has no state. */
public final class FileFaults {

  private FileFaults() {}

  /**
   * Explains a failure to read.
   *
   * @return a clause about the file, such as "it is a directory"; empty if the failure is of
   *     another kind
   */
  public static Optional<String> explain(Path file, IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return Optional.of("there is no such file");
    }
    if (failure instanceof AccessDeniedException) {
      return Optional.of("the user of this process may not read it");
    }
    return Files.isDirectory(file) ? Optional.of("it is a directory") : Optional.empty();
  }
}
