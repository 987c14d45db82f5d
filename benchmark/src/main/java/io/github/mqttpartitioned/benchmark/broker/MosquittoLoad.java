// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.broker;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers.Kind;

/** A Mosquitto of its own, without a limit on messages queued. */
public final class MosquittoLoad {

  private MosquittoLoad() {}

  /** As below, with as many messages in flight as a client allows. */
  public static TestBroker start() {
    return start(0);
  }

  /**
   * Starts it: the binary when there is one, as a container's port costs CPU; else the container.
   *
   * @param inFlight most messages in flight to one client; 0 for what the client allows
   * @throws IllegalStateException when there is neither
   */
  public static TestBroker start(int inFlight) {
    for (Kind kind : new Kind[] {Kind.MOSQUITTO, Kind.DOCKER}) {
      if (kind.isAvailable()) {
        return kind.start(BrokerOptions.DEFAULTS.maxInflight(inFlight));
      }
    }
    throw new IllegalStateException(
        "This needs Mosquitto: install its binary, or start a Docker engine");
  }
}
