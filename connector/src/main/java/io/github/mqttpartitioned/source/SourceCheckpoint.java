package io.github.mqttpartitioned.source;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The source's own folder within the query's checkpoint: {@code source.json} with the {@link
 * SourceIdentity}, written before the first member connects, and the empty file {@code begun},
 * written once all of them have. Spark names the folder and never looks into it.
 */
final class SourceCheckpoint {

  private static final String IDENTITY = "source.json";
  private static final String BEGUN = "begun";
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
    Path draft = new Path(folder, "." + IDENTITY + "." + UUID.randomUUID() + ".tmp");
    try {
      FileSystem fileSystem = fileSystem();
      try (FSDataOutputStream out = fileSystem.create(draft, false)) {
        out.write(identity.toJson().getBytes(StandardCharsets.UTF_8));
        out.hsync();
      }
      // There is one only if the query has never begun: see SourceIdentity.again.
      fileSystem.delete(file, false);
      if (!fileSystem.rename(draft, file)) {
        fileSystem.delete(draft, false);
        throw new IOException("the file system refused to rename " + draft);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
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
