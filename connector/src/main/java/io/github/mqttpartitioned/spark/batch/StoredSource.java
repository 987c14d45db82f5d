// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_CHECKPOINT_UNREADABLE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_NO_STORED_SOURCE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_ELSEWHERE;
import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_UNUSABLE;

import io.github.mqttpartitioned.cluster.PartitionAssignment;
import io.github.mqttpartitioned.cluster.PartitionAssignments;
import io.github.mqttpartitioned.option.BatchOptions;
import io.github.mqttpartitioned.spark.checkpoint.SourceCheckpoint;
import io.github.mqttpartitioned.spark.checkpoint.SourceIdentity;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A source as the checkpoint of its query describes it.
 *
 * @param checkpoint the source's folder
 * @param identity as the query has written it last
 * @param assignments where each store is
 */
public record StoredSource(
    SourceCheckpoint checkpoint, SourceIdentity identity, PartitionAssignments assignments) {

  /** Spark's name of the folder with one folder for each source of a query. */
  private static final String SOURCES = "sources";

  /**
   * Finds the source that the options name.
   *
   * @throws IllegalArgumentException if there is none, or more than one without {@code sourceName}
   * @throws RuntimeException if the checkpoint cannot be read
   */
  static StoredSource of(BatchOptions options, Configuration hadoop) {
    return of(options.sourceCheckpoint(), options.sourceName(), hadoop);
  }

  /**
   * Finds a source in a checkpoint.
   *
   * @param name of its folder; empty for the only one
   * @throws IllegalArgumentException if there is none, or more than one and no name
   * @throws RuntimeException if the checkpoint cannot be read
   */
  public static StoredSource of(
      String checkpointLocation, Optional<String> name, Configuration hadoop) {
    Map<String, StoredSource> found = all(checkpointLocation, hadoop);
    if (name.isPresent()) {
      StoredSource named = found.get(name.get());
      if (named != null) {
        return named;
      }
    } else if (found.size() == 1) {
      return found.values().iterator().next();
    }
    throw new IllegalArgumentException(
        MQTT_NO_STORED_SOURCE.message(
            """
            Checkpoint %s has %s of format mqtt-partitioned%s. Give the checkpointLocation of a \
            query that has been started with this format%s."""
                .formatted(
                    checkpointLocation,
                    found.isEmpty() ? "no source" : "the sources " + found.keySet(),
                    name.map(" and none with the name %s"::formatted).orElse(""),
                    found.isEmpty() ? "" : ", and one of these names as sourceName")));
  }

  private static Map<String, StoredSource> all(String checkpointLocation, Configuration hadoop) {
    Map<String, StoredSource> found = new TreeMap<>();
    Path folder = new Path(checkpointLocation, SOURCES);
    try {
      for (FileStatus one : folder.getFileSystem(hadoop).listStatus(folder)) {
        SourceCheckpoint checkpoint = new SourceCheckpoint(one.getPath().toString(), hadoop);
        checkpoint
            .read()
            .ifPresent(identity -> found.put(one.getPath().getName(), of(checkpoint, identity)));
      }
    } catch (FileNotFoundException e) {
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(
          MQTT_CHECKPOINT_UNREADABLE.message(
              "Cannot list %s. Check the file system and its permissions, and read again."
                  .formatted(folder)),
          e);
    }
    return found;
  }

  private static StoredSource of(SourceCheckpoint checkpoint, SourceIdentity identity) {
    PartitionAssignments assignments =
        checkpoint
            .assignments()
            .orElse(PartitionAssignments.none(identity.allPartitions()))
            .withPartitions(identity.allPartitions());
    return new StoredSource(checkpoint, identity, assignments);
  }

  /** How many stores there are, those of retired partitions included. */
  public int partitions() {
    return identity.allPartitions();
  }

  /**
   * The directory of a partition's store on this host; empty if the partition has never had one.
   *
   * @throws IllegalStateException if the store is on another host, or this user may not look
   */
  Optional<java.nio.file.Path> directory(int partition) {
    PartitionAssignment assignment = assignments.partitions().get(partition);
    java.nio.file.Path directory = assignment.directory(storeDir().toString());
    if (isDirectory(directory, partition)) {
      return Optional.of(directory);
    }
    if (!assignment.isAssigned()) {
      return Optional.empty();
    }
    throw new IllegalStateException(
        MQTT_STORE_ELSEWHERE.message(
            """
            The store of partition %d is not on this host: there is no %s. It is on host %s. Read \
            in the application of the running query, or in local mode on that host."""
                .formatted(partition, directory, assignment.host())));
  }

  /** Without a permission a directory that is there looks as if it were not. */
  private static boolean isDirectory(java.nio.file.Path directory, int partition) {
    try {
      return Files.readAttributes(directory, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new IllegalStateException(
          MQTT_STORE_UNUSABLE.message(
              """
              The store of partition %d cannot be read by user %s of this host: %s. Only the user \
              of the query may read its stores: read as that user, or in the application of the \
              running query."""
                  .formatted(partition, System.getProperty("user.name"), e)),
          e);
    }
  }

  /** The directory with the stores of all partitions, on each host that has some. */
  public java.nio.file.Path storeDir() {
    if (identity.storeDir() != null) {
      return java.nio.file.Path.of(identity.storeDir(), identity.sourceId());
    }
    return checkpoint
        .localStores()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    MQTT_STORE_ELSEWHERE.message(
                        """
                        Checkpoint %s is on no local disk, and its query has no storeDir: so no \
                        host is known for its stores. Give the checkpoint of a query with a \
                        storeDir."""
                            .formatted(checkpoint))));
  }
}
