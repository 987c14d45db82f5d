// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceCheckpointTest {

  @TempDir private Path temp;
  private Path folder;
  private final Configuration hadoop = new Configuration();

  /** What the local disk was told, in order. */
  private static final List<String> DISK = new ArrayList<>();

  private static volatile boolean renameRefused;

  /** Hadoop's local file system over a disk that notes what it is told. */
  public static final class NotedFileSystem extends LocalFileSystem {
    public NotedFileSystem() {
      super(new NotedDisk());
    }

    @Override
    public File pathToFile(org.apache.hadoop.fs.Path path) {
      return new File(path.toUri().getPath());
    }
  }

  private static final class NotedDisk extends RawLocalFileSystem {
    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path path,
        FsPermission permission,
        boolean overwrite,
        int buffer,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      FSDataOutputStream out =
          super.create(path, permission, overwrite, buffer, replication, blockSize, progress);
      return noted(path, out);
    }

    @Override
    public FSDataOutputStream create(
        org.apache.hadoop.fs.Path path,
        boolean overwrite,
        int buffer,
        short replication,
        long blockSize,
        Progressable progress)
        throws IOException {
      return noted(path, super.create(path, overwrite, buffer, replication, blockSize, progress));
    }

    private static FSDataOutputStream noted(
        org.apache.hadoop.fs.Path path, FSDataOutputStream out) {
      return new FSDataOutputStream(out, null) {
        @Override
        public void hsync() throws IOException {
          super.hsync();
          DISK.add("force " + path.getName().replaceAll("\\.[0-9a-f-]{36}\\.tmp", ""));
        }
      };
    }

    @Override
    public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to)
        throws IOException {
      DISK.add("rename to " + to.getName());
      return !renameRefused && super.rename(from, to);
    }
  }

  @BeforeEach
  void useNotedDisk() {
    folder = temp.resolve("check point/sources/0");
    hadoop.set("fs.file.impl", NotedFileSystem.class.getName());
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    DISK.clear();
    renameRefused = false;
  }

  private SourceCheckpoint checkpoint() {
    return new SourceCheckpoint("file:" + folder, hadoop);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Otherwise a host that loses its power forgets which messages the query has received. */
  @Test
  void fileIsForcedToTheLocalDiskBeforeItGetsItsName() {
    checkpoint().write(PartitionAssignments.none(2));
    assertThat(DISK).containsExactly("force .holders.1.json", "rename to holders.1.json");
  }

  @Test
  void newestFileCountsAndTheOthersAreDeleted() throws IOException {
    checkpoint().write(PartitionAssignments.none(2));
    checkpoint().write(PartitionAssignments.none(2).nextEpoch());
    assertThat(files()).containsExactly("holders.2.json");
    assertThat(checkpoint().assignments()).contains(PartitionAssignments.none(2).nextEpoch());
    assertThat(checkpoint().read()).isEmpty();
  }

  @Test
  void writeThatFailsLeavesTheFormerFileAndNoDraft() throws IOException {
    checkpoint().write(PartitionAssignments.none(2));
    renameRefused = true;
    assertThatThrownBy(() -> checkpoint().write(PartitionAssignments.none(3)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("[MQTT_CHECKPOINT_UNREADABLE] Cannot write file:" + folder);
    assertThat(files()).containsExactly("holders.1.json");
    assertThat(checkpoint().assignments()).contains(PartitionAssignments.none(2));
  }

  @Test
  void batchIsCommittedWhenItsEntryIsInTheCommitLogOfTheQuery() throws IOException {
    Files.createDirectories(temp.resolve("check point/commits"));
    assertThat(checkpoint().isCommitted(7)).isFalse();
    Files.createFile(temp.resolve("check point/commits/7"));
    assertThat(checkpoint().isCommitted(7)).isTrue();
    assertThat(checkpoint().isCommitted(8)).isFalse();
  }

  @Test
  void placeIsTheSameHoweverTheFolderIsNamed() {
    assertThat(checkpoint().place())
        .isEqualTo(new SourceCheckpoint(folder.toString(), hadoop).place());
    assertThat(checkpoint().localStores()).contains(folder.resolve("stores"));
  }
}
