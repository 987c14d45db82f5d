// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.topic.TopicFilter;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code own-filters} beside a store: one line for each topic filter that the query has
 * subscribed to since its first start. It is there as long as the member's session may be one that
 * another query has left. So each run knows which of the session's messages are not its own.
 *
 * <p>Confined to one thread.
 */
final class OwnFilters {

  private static final Logger LOG = LoggerFactory.getLogger(OwnFilters.class);

  static final String NAME = "own-filters";

  private final PartitionStore store;
  private final Path file;

  OwnFilters(PartitionStore store) {
    this.store = store;
    this.file = store.directory().resolve(NAME);
  }

  /** Whether the session may be another query's. */
  boolean exist() {
    return Files.exists(file);
  }

  /**
   * Adds filters, durably, before the member subscribes to them.
   *
   * @return all filters
   * @throws StoreException.Unusable if the file cannot be read or written
   */
  List<TopicFilter> with(List<TopicFilter> filters) {
    try {
      List<String> former = exist() ? Files.readAllLines(file) : List.of();
      Set<String> all = new LinkedHashSet<>(former);
      filters.forEach(filter -> all.add(filter.filter()));
      if (all.size() > former.size()) {
        write(String.join("\n", all) + "\n");
      }
      return all.stream().map(TopicFilter::new).toList();
    } catch (IOException e) {
      throw StoreException.unusable(
          "write " + NAME + " of", store.directory().toString(), e.toString(), e);
    }
  }

  /** The session is the query's own. If the file cannot be removed, the next run tries it again. */
  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("The file {} cannot be removed", file, e);
    }
  }

  private void write(String text) throws IOException {
    Path unfinished = file.resolveSibling(NAME + ".tmp");
    Files.writeString(
        unfinished,
        text,
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        StandardOpenOption.SYNC);
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    store.syncDirectory();
  }
}
