// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.cluster.NodeAddress;
import io.github.mqttpartitioned.spark.stream.plan.StoredMessages;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The sources that run in this application, for those who read beside the query. Thread-safe. */
public final class LiveSources {

  private static final Map<String, Live> RUNNING = new ConcurrentHashMap<>();

  private LiveSources() {}

  /** A source whose members are connected and whose stores are open. Thread-safe. */
  public interface Live {

    /** What the stores hold, or last held. */
    StoredMessages lastStored();

    /** The node that hosts a partition; empty while the partition waits. */
    Optional<NodeAddress> host(int partition);
  }

  /** The source with this id, if it runs here. */
  public static Optional<Live> find(String sourceId) {
    return Optional.ofNullable(RUNNING.get(sourceId));
  }

  /** Whether a query of this application runs, starts or stops with this source. */
  public static boolean isClaimed(String sourceId) {
    return SourceClaim.isTaken(sourceId);
  }

  static void add(String sourceId, Live live) {
    RUNNING.put(sourceId, live);
  }

  static void remove(String sourceId) {
    RUNNING.remove(sourceId);
  }
}
