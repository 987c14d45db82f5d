package io.github.mqttpartitioned.source;

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
 * The source's own folder within the query's checkpoint. It holds the {@link SourceIdentity}, in
 * the file {@code source.<number>.json} with the highest number: each change is a new file, written
 * aside and renamed, since not every file system can replace one in a single step. Spark names the
 * folder and never looks into it.
 */
final class SourceCheckpoint {

  private static final Pattern IDENTITY = Pattern.compile("source\\.(\\d{1,9})\\.json");
  private static final String STORES = "stores";

  private final Path folder;
  private final Configuration hadoop;

  /**
   * @param location as Spark hands it over
   */
  SourceCheckpoint(String location, Configuration hadoop) {
    this.folder = new Path(location);
    this.hadoop = hadoop;
  }

  /** What the folder holds, if the query has been started before. */
  Optional<SourceIdentity> read() {
    SortedSet<Integer> numbers = numbers();
    if (numbers.isEmpty()) {
      return Optional.empty();
    }
    Path file = file(numbers.last());
    try (InputStream in = fileSystem().open(file)) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(SourceIdentity.parse(json, file.toString()));
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /** Writes the identity as a whole or not at all. */
  void write(SourceIdentity identity) {
    SortedSet<Integer> former = numbers();
    Path file = file(former.isEmpty() ? 1 : former.last() + 1);
    Path draft = new Path(folder, "." + file.getName() + "." + UUID.randomUUID() + ".tmp");
    try {
      FileSystem fileSystem = fileSystem();
      try (FSDataOutputStream out = fileSystem.create(draft, false)) {
        out.write(identity.toJson().getBytes(StandardCharsets.UTF_8));
        out.hsync();
      }
      if (!fileSystem.rename(draft, file)) {
        fileSystem.delete(draft, false);
        throw new IOException("the file system refused to rename " + draft);
      }
      for (int number : former) {
        fileSystem.delete(file(number), false);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private Path file(int number) {
    return new Path(folder, "source." + number + ".json");
  }

  private SortedSet<Integer> numbers() {
    SortedSet<Integer> numbers = new TreeSet<>();
    try {
      for (FileStatus file : fileSystem().listStatus(folder)) {
        Matcher name = IDENTITY.matcher(file.getPath().getName());
        if (name.matches()) {
          numbers.add(Integer.valueOf(name.group(1)));
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
  Path ofQuery() {
    Path sources = folder.getParent();
    Path query = sources == null ? null : sources.getParent();
    return query == null ? folder : query;
  }

  /** Where stores lie by default: within the folder, if it is on this machine's own disk. */
  Optional<java.nio.file.Path> localStores() {
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
