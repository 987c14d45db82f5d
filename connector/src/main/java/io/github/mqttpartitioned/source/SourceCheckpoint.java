package io.github.mqttpartitioned.source;

import io.github.mqttpartitioned.coordinator.Holders;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The source's own folder within the query's checkpoint: {@code source.json} with the {@link
 * SourceIdentity}, written before the first member connects; the {@link Holders}, written before a
 * node is told to hold anything; and the empty file {@code begun}, written once all members have
 * been connected. Spark names the folder and never looks into it.
 */
final class SourceCheckpoint {

  private static final String IDENTITY = "source.json";
  private static final String BEGUN = "begun";
  private static final String HOLDERS = "holders.";
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
    Path file = new Path(folder, IDENTITY);
    try (InputStream in = fileSystem().open(file)) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(SourceIdentity.parse(json, file.toString()));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /** Writes the identity as a whole or not at all. */
  void write(SourceIdentity identity) {
    Path file = new Path(folder, IDENTITY);
    try {
      // There is one only if the query has never begun: see SourceIdentity.again.
      fileSystem().delete(file, false);
    } catch (IOException e) {
      throw failed("write", file, e);
    }
    create(file, identity.toJson());
  }

  private void create(Path file, String text) {
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
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  /**
   * The holders that were written last, if any were.
   *
   * <p>Each writing makes a file of its own, {@code holders.<n>}: not every file system replaces
   * one by renaming. The highest number counts.
   */
  Optional<Holders> holders() {
    long newest = newestHolders();
    if (newest < 0) {
      return Optional.empty();
    }
    Path file = holders(newest);
    try (InputStream in = fileSystem().open(file)) {
      String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(HoldersJson.parse(json, file.toString()));
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /** Makes holders durable; the ones before stay valid until they are. */
  void write(Holders holders) {
    long newest = newestHolders();
    Path file = holders(newest + 1);
    create(file, HoldersJson.of(holders));
    try {
      if (newest >= 0) {
        fileSystem().delete(holders(newest), false);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private Path holders(long number) {
    return new Path(folder, HOLDERS + number);
  }

  private long newestHolders() {
    try {
      FileSystem fileSystem = fileSystem();
      if (!fileSystem.exists(folder)) {
        return -1;
      }
      return Stream.of(fileSystem.listStatus(folder))
          .map(status -> status.getPath().getName())
          .filter(name -> name.matches("holders\\.\\d+"))
          .mapToLong(name -> Long.parseLong(name.substring(HOLDERS.length())))
          .max()
          .orElse(-1);
    } catch (IOException e) {
      throw failed("read", folder, e);
    }
  }

  /** Whether all members have ever been connected, so that messages may have been taken over. */
  boolean isBegun() {
    Path file = new Path(folder, BEGUN);
    try {
      return fileSystem().exists(file);
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  void setBegun() {
    Path file = new Path(folder, BEGUN);
    try {
      OutputStream out = fileSystem().create(file, true);
      out.close();
    } catch (IOException e) {
      throw failed("write", file, e);
    }
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
