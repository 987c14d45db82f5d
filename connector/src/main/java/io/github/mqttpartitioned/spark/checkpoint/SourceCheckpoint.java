// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The source's own folder within the query's checkpoint. It holds the {@link SourceIdentity},
 * written before the first member connects, and the {@link PartitionAssignments}, written before a
 * node is told to hold anything. Each is in the file {@code source.<number>.json} or {@code
 * holders.<number>.json} with the highest number: each change is a new file, written aside and
 * renamed, since not every file system can replace one in a single step. Spark names the folder and
 * never looks into it.
 */
public final class SourceCheckpoint {

  private static final String IDENTITY = "source";
  private static final String HOLDERS = "holders";
  private static final Pattern FILE = Pattern.compile("([a-z]+)\\.(\\d{1,9})\\.json");
  private static final String STORES = "stores";

  private final Path folder;
  private final Configuration hadoop;

  /**
   * The folder of one source.
   *
   * @param location as Spark hands it over
   */
  public SourceCheckpoint(String location, Configuration hadoop) {
    this.folder = new Path(location);
    this.hadoop = hadoop;
  }

  /** The identity, if the query has been started before. */
  public Optional<SourceIdentity> read() {
    return newest(IDENTITY).map(file -> SourceIdentity.parse(text(file), file.toString()));
  }

  /** Makes an identity durable; the one before stays valid until it is. */
  public void write(SourceIdentity identity) {
    write(IDENTITY, identity.toJson());
  }

  /** The holders that were written last, if any were. */
  public Optional<PartitionAssignments> holders() {
    return newest(HOLDERS).map(file -> PartitionAssignmentsJson.parse(text(file), file.toString()));
  }

  /** Makes holders durable; the ones before stay valid until they are. */
  public void write(PartitionAssignments holders) {
    write(HOLDERS, PartitionAssignmentsJson.of(holders));
  }

  private Optional<Path> newest(String name) {
    SortedSet<Integer> numbers = numbers(name);
    return numbers.isEmpty() ? Optional.empty() : Optional.of(file(name, numbers.last()));
  }

  private String text(Path file) {
    try (InputStream in = fileSystem().open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  private void write(String name, String text) {
    SortedSet<Integer> former = numbers(name);
    Path file = file(name, former.isEmpty() ? 1 : former.last() + 1);
    Path draft = new Path(folder, "." + file.getName() + "." + UUID.randomUUID() + ".tmp");
    try {
      FileSystem fileSystem = fileSystem();
      try (FSDataOutputStream out = fileSystem.create(draft, false)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.hsync();
      }
      if (!fileSystem.rename(draft, file)) {
        fileSystem.delete(draft, false);
        throw new IOException("the file system refused to rename " + draft);
      }
      for (int number : former) {
        fileSystem.delete(file(name, number), false);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private Path file(String name, int number) {
    return new Path(folder, name + "." + number + ".json");
  }

  private SortedSet<Integer> numbers(String name) {
    SortedSet<Integer> numbers = new TreeSet<>();
    try {
      for (FileStatus status : fileSystem().listStatus(folder)) {
        Matcher file = FILE.matcher(status.getPath().getName());
        if (file.matches() && file.group(1).equals(name)) {
          numbers.add(Integer.valueOf(file.group(2)));
        }
      }
    } catch (FileNotFoundException e) {
      return numbers;
    } catch (IOException e) {
      throw failed("read", folder, e);
    }
    return numbers;
  }

  /** The checkpoint of the query, which this folder lies in as {@code sources/<number or name>}. */
  public Path ofQuery() {
    Path sources = folder.getParent();
    Path query = sources == null ? null : sources.getParent();
    return query == null ? folder : query;
  }

  /** Where stores lie by default: within the folder, if it is on this machine's own disk. */
  public Optional<java.nio.file.Path> localStores() {
    try {
      FileSystem fileSystem = fileSystem();
      return fileSystem.getScheme().equals("file")
          ? Optional.of(
              java.nio.file.Path.of(fileSystem.makeQualified(folder).toUri().getPath(), STORES))
          : Optional.empty();
    } catch (IOException e) {
      throw failed("open", folder, e);
    }
  }

  private FileSystem fileSystem() throws IOException {
    return folder.getFileSystem(hadoop);
  }

  private static UncheckedIOException failed(String verb, Path file, IOException cause) {
    return new UncheckedIOException(
        "Cannot " + verb + " " + file + " of the query's checkpoint: " + cause.getMessage(), cause);
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
