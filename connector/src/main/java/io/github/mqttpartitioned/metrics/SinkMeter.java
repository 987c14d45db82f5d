// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.metrics;

import org.jspecify.annotations.Nullable;

/**
 * The meters of the sink. The tag {@code group} is the prefix of its client identifiers, {@code
 * partition} the number of the task in its batch.
 */
enum SinkMeter implements DeclaredMeter {
  SENT("mqtt.sink.sent", Kind.COUNTER, "messages", "Messages sent, each counted once"),
  SENT_BYTES("mqtt.sink.sent.bytes", Kind.COUNTER, "bytes", "Bytes of the messages' packets"),
  CONFIRMED(
      "mqtt.sink.confirmed",
      Kind.COUNTER,
      "messages",
      "Messages of QoS 1 and 2 that the broker has confirmed"),
  FAILED(
      "mqtt.sink.failed",
      Kind.COUNTER,
      "messages",
      "Messages of QoS 1 and 2 that a task has given up unconfirmed"),
  INFLIGHT(
      "mqtt.sink.inflight",
      Kind.GAUGE,
      "messages",
      "Messages of QoS 1 and 2 sent and not yet confirmed; maxInFlight bounds it"),
  DELAY(
      "mqtt.sink.delay",
      Kind.TIMER,
      "seconds",
      "From a write to the network until its last message is confirmed");

  @SuppressWarnings("ImmutableEnumChecker") // a record of constants
  private final Declaration declaration;

  SinkMeter(String id, Kind kind, @Nullable String unit, String description) {
    declaration = new Declaration(id, kind, unit, description);
  }

  @Override
  public Declaration declaration() {
    return declaration;
  }
}
