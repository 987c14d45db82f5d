// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFaultsTest {

  @TempDir Path folder;

  /** A test that runs as root may read each file, so the exceptions are made here. */
  @Test
  void areExplained() {
    Path file = folder.resolve("f");
    assertThat(FileFaults.explain(file, new NoSuchFileException("f")))
        .hasValue("there is no such file");
    assertThat(FileFaults.explain(file, new AccessDeniedException("f")))
        .hasValue("the user of this process may not read it");
    assertThat(FileFaults.explain(folder, new IOException("Is a directory")))
        .hasValue("it is a directory");
    assertThat(FileFaults.explain(file, new IOException("Input/output error"))).isEmpty();
  }
}
