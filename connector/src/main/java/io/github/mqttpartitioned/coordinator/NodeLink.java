package io.github.mqttpartitioned.coordinator;

import io.github.mqttpartitioned.model.PartitionStatus;

/**
 * What the coordinator asks of a node. Thread-safe; no call waits for a broker or a disk but {@link
 * #release}.
 */
public interface NodeLink {

  /** Name of the node in logs and meters. */
  String name();

  /**
   * Starts to hold a partition. Returns at once; {@link #status} tells how it goes.
   *
   * @throws IllegalStateException when the node already holds it
   */
  void assign(Assignment assignment);

  /**
   * How a partition is doing.
   *
   * @throws IllegalStateException when the node does not hold it
   */
  PartitionStatus status(String sourceId, int partition);

  /** Allows the node to drop what lies wholly below {@code before}, in its own time. */
  void trim(String sourceId, int partition, long before);

  /**
   * Tells that Spark is done with everything below {@code before}. With {@link
   * io.github.mqttpartitioned.model.AckMode#PROCESSED} it is acknowledged now. A lower offset than
   * before changes nothing.
   */
  void processed(String sourceId, int partition, long before);

  /**
   * Stops to hold all partitions of a source: what is being stored is finished and acknowledged,
   * the members are disconnected, the stores closed. Does nothing when the node holds none.
   */
  void release(String sourceId);
}
