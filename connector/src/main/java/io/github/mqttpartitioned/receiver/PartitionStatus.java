// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.block.LogExtent;
import org.jspecify.annotations.Nullable;

/**
 * The status of a partition, as its node last reported it. Counts begin when the node begins to
 * host the partition.
 *
 * @param state what its member does
 * @param problem why the member is not connected, or has failed; null if there is no problem
 * @param extent what its store holds durably
 * @param storeBytes disk space of messages that are not yet trimmed
 * @param counts what went through
 * @param followed offset that a real-time task has waited for: it has read everything below. 0 if
 *     there is no such task
 */
public record PartitionStatus(
    State state,
    @Nullable RuntimeException problem,
    LogExtent extent,
    long storeBytes,
    Counts counts,
    long followed) {

  /** The status of a partition that no real-time task reads. */
  public PartitionStatus(
      State state,
      @Nullable RuntimeException problem,
      LogExtent extent,
      long storeBytes,
      Counts counts) {
    this(state, problem, extent, storeBytes, counts, 0);
  }

  /** What a member does. */
  public enum State {
    /** No node hosts the partition: its host is away, or it moves from one node to another. */
    WAITING,
    /** Connecting, or waiting to try again. */
    CONNECTING,
    /** Connected and subscribed. */
    CONNECTED,
    /** Off the broker until a trim has made room in the store. */
    STORE_FULL,
    /** The partition is retired, and its session at the broker is empty and has ended. */
    RETIRED,
    /** Stopped, and will not try again; the problem says why. */
    FAILED,
    /** Stopped in order. */
    STOPPED
  }

  /**
   * What went through a partition.
   *
   * @param received messages from the broker, redelivered ones included
   * @param receivedBytes bytes of their packets
   * @param stored messages made durable
   * @param duplicates redeliveries that were recognised and not stored
   * @param acknowledgements PUBACK, PUBREC and PUBCOMP packets sent
   * @param trimmed messages removed after Spark had processed them
   * @param connections connections made and subscribed; all after the first are reconnects
   * @param deadLetters malformed messages that the store keeps apart
   * @param refusals attempts to connect that the broker refused with a reason code, and that the
   *     member repeats
   * @param breaches packets of the broker that break a rule of MQTT and were accepted
   */
  public record Counts(
      long received,
      long receivedBytes,
      long stored,
      long duplicates,
      long acknowledgements,
      long trimmed,
      long connections,
      long deadLetters,
      long refusals,
      long breaches) {

    /** Nothing has happened. */
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** One connection. */
    public static final Counts CONNECTION = new Counts(0, 0, 0, 0, 0, 0, 1, 0, 0, 0);

    /** One attempt to connect that the broker refused. */
    public static final Counts REFUSAL = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 1, 0);

    /** Packets sent that acknowledge messages. */
    public static Counts ofAcknowledgements(long packets) {
      return new Counts(0, 0, 0, 0, packets, 0, 0, 0, 0, 0);
    }

    /** The sums. */
    public Counts plus(Counts more) {
      return new Counts(
          received + more.received,
          receivedBytes + more.receivedBytes,
          stored + more.stored,
          duplicates + more.duplicates,
          acknowledgements + more.acknowledgements,
          trimmed + more.trimmed,
          connections + more.connections,
          deadLetters + more.deadLetters,
          refusals + more.refusals,
          breaches + more.breaches);
    }
  }
}
