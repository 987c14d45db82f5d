// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.block.LogExtent;
import org.jspecify.annotations.Nullable;

/**
 * How a partition is doing, as its node last said. Counts are since the node began to hold it.
 *
 * @param state what its member does
 * @param problem why it is not connected, or stopped for good; null while all is well
 * @param extent what its store holds durably
 * @param storeBytes disk taken by messages not yet trimmed
 * @param counts what went through
 */
public record PartitionStatus(
    State state,
    @Nullable RuntimeException problem,
    LogExtent extent,
    long storeBytes,
    Counts counts) {

  /** What a member does. */
  public enum State {
    /** Held by no node: its host is away, or it is on its way from one node to another. */
    WAITING,
    /** Connecting, or waiting to try again. */
    CONNECTING,
    /** Connected and subscribed. */
    CONNECTED,
    /** Off the broker until a trim has made room in the store. */
    STORE_FULL,
    /** Of a retired partition: its session at the broker has been emptied and ended. */
    RETIRED,
    /** Stopped for good; the problem says why. */
    FAILED,
    /** Released in order. */
    STOPPED
  }

  /**
   * What went through a partition.
   *
   * @param received messages from the broker, redelivered ones included
   * @param receivedBytes bytes of their packets
   * @param stored messages made durable
   * @param duplicates redeliveries that were recognised and not stored again
   * @param acknowledgements PUBACK, PUBREC and PUBCOMP packets sent
   * @param trimmed messages removed after Spark was done with them
   * @param connections connections made and subscribed; all after the first are reconnects
   * @param deadLetters malformed messages that the store keeps apart
   */
  public record Counts(
      long received,
      long receivedBytes,
      long stored,
      long duplicates,
      long acknowledgements,
      long trimmed,
      long connections,
      long deadLetters) {

    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0);

    public Counts plus(Counts more) {
      return new Counts(
          received + more.received,
          receivedBytes + more.receivedBytes,
          stored + more.stored,
          duplicates + more.duplicates,
          acknowledgements + more.acknowledgements,
          trimmed + more.trimmed,
          connections + more.connections,
          deadLetters + more.deadLetters);
    }
  }
}
