package io.github.mqttpartitioned.benchmark.broker;

import io.github.mqttpartitioned.testkit.BrokerOptions;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers.Kind;

/** A Mosquitto of its own, without limits on messages in flight or queued. */
public final class MosquittoLoad {

  private MosquittoLoad() {}

  /**
   * Starts it: the binary when there is one, as a container's port costs CPU; else the container.
   *
   * @throws IllegalStateException when there is neither
   */
  public static TestBroker start() {
    for (Kind kind : new Kind[] {Kind.MOSQUITTO, Kind.DOCKER}) {
      if (kind.isAvailable()) {
        return kind.start(BrokerOptions.DEFAULTS);
      }
    }
    throw new IllegalStateException(
        "This needs Mosquitto: install its binary, or start a Docker engine");
  }
}
