// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import org.jspecify.annotations.Nullable;

/**
 * The meters of the source. The tag {@code group} is the share name; a meter of the whole query has
 * no partition.
 */
public enum SourceMeter implements DeclaredMeter {
  RECEIVED(
      "mqtt.source.received",
      Kind.COUNTER,
      "messages",
      "Messages from the broker, redelivered ones included"),
  RECEIVED_BYTES(
      "mqtt.source.received.bytes", Kind.COUNTER, "bytes", "Bytes of the messages' packets"),
  STORED("mqtt.source.stored", Kind.COUNTER, "messages", "Messages made durable"),
  READ(
      "mqtt.source.read",
      Kind.COUNTER,
      "rows",
      "Rows read by Spark's tasks; node is the reading one"),
  READ_BYTES(
      "mqtt.source.read.bytes",
      Kind.COUNTER,
      "bytes",
      "Bytes of the blocks read by Spark's tasks; node is the reading one"),
  READ_REMOTE(
      "mqtt.source.read.remote",
      Kind.COUNTER,
      "rows",
      "Of the rows read, those that came from another node"),
  DUPLICATES(
      "mqtt.source.duplicates",
      Kind.COUNTER,
      null,
      "Redeliveries that were recognised and not stored again"),
  TRIMMED(
      "mqtt.source.trimmed",
      Kind.COUNTER,
      "messages",
      "Messages removed after Spark had processed them"),
  ACKS("mqtt.source.acks", Kind.COUNTER, null, "PUBACK, PUBREC and PUBCOMP packets sent"),
  CONNECTED(
      "mqtt.source.connected", Kind.GAUGE, null, "1 while the member is connected, 0 otherwise"),
  RECONNECTS(
      "mqtt.source.reconnects", Kind.COUNTER, null, "Connections made after the member's first"),
  STORE_BYTES(
      "mqtt.source.store.bytes",
      Kind.GAUGE,
      "bytes",
      "Disk taken by messages that are not trimmed yet"),
  STORE_MAX_BYTES(
      "mqtt.source.store.max.bytes",
      Kind.GAUGE,
      "bytes",
      "Most disk for the store: option storeMaxBytes. A store is full a little before"),
  DEAD_LETTERS(
      "mqtt.source.dead.letters",
      Kind.COUNTER,
      "messages",
      "Dead letters: malformed messages that are acknowledged, kept apart, and make no row"),
  REFUSALS(
      "mqtt.source.refusals",
      Kind.COUNTER,
      null,
      "Attempts to connect that the broker refused with a reason code, and that were repeated"),
  BREACHES(
      "mqtt.source.breaches",
      Kind.COUNTER,
      null,
      "Packets of the broker that break a rule of MQTT and were accepted: see docs/brokers.md"),
  BACKLOG(
      "mqtt.source.backlog",
      Kind.GAUGE,
      "messages",
      "Messages stored and not yet processed, with Trigger.RealTime not yet read; node is the driver"),
  INFLIGHT(
      "mqtt.source.inflight",
      Kind.GAUGE,
      "messages",
      "QoS 1 and 2 messages received whose acknowledgement is not over; receiveMaximum bounds it"),
  APPEND(
      "mqtt.source.append",
      Kind.TIMER,
      "seconds",
      "One group commit: append to the store, with its fsync"),
  ACK_DELAY(
      "mqtt.source.ack.delay",
      Kind.TIMER,
      "seconds",
      "From the receipt of a batch's first message until its acknowledgements are sent"),
  LATENCY(
      "mqtt.source.latency",
      Kind.TIMER,
      "seconds",
      "Trigger.RealTime: from a block's first message's receipt to its row; node is the reading one"),
  BATCH(
      "mqtt.source.batch",
      Kind.TIMER,
      "seconds",
      "Micro-batches with data, from planning until Spark is done; no partition"),
  LOST(
      "mqtt.source.lost",
      Kind.COUNTER,
      "messages",
      "Offsets skipped by plan as no store holds them (failOnDataLoss=false); no partition"),
  NODE_UP(
      "mqtt.source.node.up",
      Kind.GAUGE,
      null,
      "1 when the node answered this scrape in time, 0 otherwise; only in the endpoint");

  @SuppressWarnings("ImmutableEnumChecker") // a record of constants
  private final Declaration declaration;

  SourceMeter(String id, Kind kind, @Nullable String unit, String description) {
    declaration = new Declaration(id, kind, unit, description);
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }
}
