// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.mqtt.network.TlsSettings;
import java.nio.file.Path;

/** One way to take messages from a broker, among those compared. */
enum Side {
  /** Ours: receiver and store, acknowledged once durable. */
  CONNECTOR("connector", "this connector: stored and fsynced, then acknowledged"),
  /** Ours without meters: what they cost. */
  UNMETERED("unmetered", "this connector without its meters"),
  /** Ours while a real-time task reads: its commits do not wait for more messages. */
  FOLLOWED("followed", "this connector with a reader that takes each block as it is stored"),
  /** What others build on. */
  PAHO("paho", "stock Paho v5: counted in its callback, acknowledged there, nothing stored"),
  /** The fastest client for the JVM that is widely used. */
  HIVEMQ("hivemq", "HiveMQ's client: counted in its callback, acknowledged there, nothing stored"),
  /** What wire, sender and disk allow. */
  COMMITTING(
      "committing", "bare socket reader that commits each read to LMDB, then acknowledges it"),
  /** What the wire and the sender allow. */
  BARE("bare", "bare socket reader: skips packets, acknowledges in bulk, nothing stored");

  private final String word;
  private final String description;

  Side(String word, String description) {
    this.word = word;
    this.description = description;
  }

  /** Name on the command line. */
  String word() {
    return word;
  }

  String description() {
    return description;
  }

  /** Whether messages of QoS 0 are dropped that come faster than they are taken from a queue. */
  boolean mayDrop() {
    return this == HIVEMQ;
  }

  /** Whether it is one of ours, which use each transport; the others are compared over TCP. */
  boolean isConnector() {
    return this == CONNECTOR || this == UNMETERED || this == FOLLOWED;
  }

  /**
   * Connects and subscribes; messages are taken from then on.
   *
   * @param directory for what is stored
   * @param tls what one of ours trusts
   */
  Taker connect(String url, Load load, Path directory, TlsSettings tls) throws Exception {
    return switch (this) {
      case CONNECTOR -> ConnectorTaker.connect(url, load, directory, true, tls);
      case FOLLOWED -> FollowedTaker.connect(url, load, directory, tls);
      case UNMETERED -> ConnectorTaker.connect(url, load, directory, false, tls);
      case PAHO -> PahoTaker.connect(url, load);
      case HIVEMQ -> HiveMqTaker.connect(url, load);
      case COMMITTING -> CommittingTaker.connect(url, load, 0, directory);
      case BARE -> BareTaker.connect(url, load);
    };
  }
}
