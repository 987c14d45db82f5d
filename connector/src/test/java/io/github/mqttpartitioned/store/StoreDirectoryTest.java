// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreDirectoryTest {

  @TempDir Path there;

  /** Without that a power cut can take the whole tree away, with the store in it. */
  @Test
  void nameOfEachDirectoryThatIsMadeIsMadeDurable() throws IOException {
    Path deep = there.resolve("a/b/c");
    List<Path> synced = new ArrayList<>();

    StoreDirectory.prepare(deep, synced::add);

    assertThat(deep).isDirectory();
    assertThat(synced).containsExactlyInAnyOrder(there, there.resolve("a"), there.resolve("a/b"));
    StoreDirectory.prepare(deep, directory -> assertThat(directory).as("nothing made").isNull());
  }
}
