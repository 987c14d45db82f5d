// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.checkpoint;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_UNREADABLE;

import io.github.mqttpartitioned.cluster.PartitionAssignments;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ChecksumFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The source's own folder in the query's checkpoint. It holds the {@link SourceIdentity}, which is
 * written before the first member connects, and the {@link PartitionAssignments}, which are written
 * before a node is told to host a partition, and the {@link SourceColumns}. Spark names the folder
 * and never looks into it.
 *
 * <p>They are in the files {@code source.<number>.json}, {@code holders.<number>.json} and {@code
 * columns.<number>.json}. The file with the highest number is valid. Each change writes a new file
 * aside and renames it, because not every file system can replace a file in one step.
 *
 * <p>One writer at a time, see {@code SourceClaim}. Reading is thread-safe.
 */
public final class SourceCheckpoint {

  private static final String IDENTITY = "source";
  private static final String ASSIGNMENTS = "holders";
  private static final String COLUMNS = "columns";
  private static final Pattern FILE = Pattern.compile("([a-z]+)\\.(\\d{1,9})\\.json");
  private static final String STORES = "stores";

  /** As {@code StreamingQueryManager} names the directory of a query without a checkpoint. */
  private static final Pattern TEMPORARY =
      Pattern.compile("/temporary-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/sources/[^/]+/?$");

  private static final String COMMITS = "commits";

  private final Path folder;
  private final Configuration hadoop;

  /**
   * The folder of one source.
   *
   * @param location as Spark gives it
   */
  public SourceCheckpoint(String location, Configuration hadoop) {
    this.folder = new Path(location);
    this.hadoop = hadoop;
  }

  /**
   * The identity, if the query has been started before.
   *
   * @throws IllegalStateException if its file is damaged or has another version
   * @throws UncheckedIOException if the file system fails
   */
  public Optional<SourceIdentity> read() {
    return newest(IDENTITY).map(file -> SourceIdentityJson.read(text(file), file.toString()));
  }

  /**
   * Makes an identity durable. The one before stays valid until then.
   *
   * @throws UncheckedIOException if the file system fails
   */
  public void write(SourceIdentity identity) {
    write(IDENTITY, SourceIdentityJson.write(identity));
  }

  /** The assignments that were written last, if any were. */
  public Optional<PartitionAssignments> assignments() {
    return newest(ASSIGNMENTS)
        .map(file -> PartitionAssignmentsJson.read(text(file), file.toString()));
  }

  /** Makes assignments durable. The ones before stay valid until then. */
  public void write(PartitionAssignments assignments) {
    write(ASSIGNMENTS, PartitionAssignmentsJson.write(assignments));
  }

  /** The columns of the query's last start, if it has been started before. */
  public Optional<SourceColumns> columns() {
    return newest(COLUMNS).map(file -> SourceColumns.parse(text(file), file.toString()));
  }

  /** Makes columns durable. The ones before stay valid until then. */
  public void write(SourceColumns columns) {
    write(COLUMNS, columns.json());
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
    try {
      FileSystem fileSystem = fileSystem();
      publish(fileSystem, text, file);
      for (int number : former) {
        fileSystem.delete(file(name, number), false);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private void publish(FileSystem fileSystem, String text, Path file) throws IOException {
    Path draft = new Path(folder, "." + file.getName() + "." + UUID.randomUUID() + ".tmp");
    boolean published = false;
    try {
      try (FSDataOutputStream out = fileSystem.create(draft, false)) {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.hsync();
      }
      published = fileSystem.rename(draft, file);
      if (!published) {
        throw new IOException("the file system refused to rename " + draft);
      }
    } finally {
      if (!published) {
        fileSystem.delete(draft, false);
      }
    }
    forceFolder();
  }

  /** On a local disk a rename is durable only when the folder is forced, too. */
  private void forceFolder() throws IOException {
    boolean opensFolders = !System.getProperty("os.name", "").startsWith("Windows");
    if (isLocal() && opensFolders) {
      try (FileChannel channel =
          FileChannel.open(java.nio.file.Path.of(place().getPath()), StandardOpenOption.READ)) {
        channel.force(true);
      }
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

  /**
   * Whether Spark's commit log says that a batch of the query is complete.
   *
   * @throws UncheckedIOException if the file system fails
   */
  public boolean isCommitted(long batch) {
    Path entry = new Path(new Path(ofQuery(), COMMITS), Long.toString(batch));
    try {
      return fileSystem().exists(entry);
    } catch (IOException e) {
      throw failed("read", entry, e);
    }
  }

  /** The query's checkpoint: this folder is {@code sources/<number or name>} in it. */
  private Path ofQuery() {
    Path sources = folder.getParent();
    Path query = sources == null ? null : sources.getParent();
    return query == null ? folder : query;
  }

  /**
   * Where stores lie by default: in the folder, if it is on this host's own disk.
   *
   * @throws UncheckedIOException if the file system fails
   */
  public Optional<java.nio.file.Path> localStores() {
    return isLocal()
        ? Optional.of(java.nio.file.Path.of(place().getPath(), STORES))
        : Optional.empty();
  }

  /**
   * Keeps other applications off, as long as it is open. Empty if the checkpoint is not on a local
   * disk.
   *
   * @throws IllegalStateException if another application uses the checkpoint
   * @throws UncheckedIOException if the file system fails
   */
  public Optional<CheckpointLock> lock() {
    return isLocal()
        ? Optional.of(CheckpointLock.take(java.nio.file.Path.of(place().getPath())))
        : Optional.empty();
  }

  /** Whether Spark deletes the checkpoint when the query stops: the user has not given one. */
  public boolean isTemporary() {
    return TEMPORARY.matcher(folder.toString()).find();
  }

  private boolean isLocal() {
    return "file".equals(place().getScheme());
  }

  /**
   * The folder's full address, which is the same however the folder was named.
   *
   * @throws UncheckedIOException if the file system fails
   */
  public URI place() {
    try {
      return fileSystem().makeQualified(folder).toUri();
    } catch (IOException e) {
      throw failed("open", folder, e);
    }
  }

  /**
   * The folder's address, so that no other folder has it: on a local disk with the host's name.
   *
   * @throws UncheckedIOException if the file system fails
   */
  public String uniquePlace() {
    return isLocal() ? place() + " on " + hostName() : place().toString();
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * The file system of the folder. Hadoop's local one adds files with checksums, and then {@code
   * hsync} does not reach the disk: the one below it is used instead.
   */
  private FileSystem fileSystem() throws IOException {
    FileSystem fileSystem = folder.getFileSystem(hadoop);
    return fileSystem instanceof ChecksumFileSystem checked
        ? checked.getRawFileSystem()
        : fileSystem;
  }

  private static UncheckedIOException failed(String verb, Path file, IOException cause) {
    return new UncheckedIOException(
        MQTT_CHECKPOINT_UNREADABLE.message(
            """
            Cannot %s %s of the query's checkpoint: %s. Check the file system and its \
            permissions, and start the query again."""
                .formatted(verb, file, cause.getMessage())),
        cause);
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
