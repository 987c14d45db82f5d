// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.load;

import io.github.mqttpartitioned.examples.factory.Factory;
import java.util.ArrayList;
import java.util.List;

/** All gateways of the factory. Confined to one thread. */
public final class Sensors {

  private final List<Gateway> gateways = new ArrayList<>();

  /**
   * Connects them to the broker.
   *
   * @param run names this run in each message
   * @param rate messages per second, all sensors together
   * @param marks are told how many messages the broker has acknowledged
   */
  public Sensors(String url, String run, int rate, int qos, PublishedMarks marks) {
    for (int hall = 1; hall <= Factory.HALLS; hall++) {
      int own = rate * hall / Factory.HALLS - rate * (hall - 1) / Factory.HALLS;
      gateways.add(new Gateway(hall, url, run, own, qos, marks));
    }
  }

  /** Has each device publish its first message, and waits until the broker has them all. */
  public void greet() throws InterruptedException {
    for (Gateway gateway : gateways) {
      gateway.greet();
    }
    throwFailure();
  }

  /** After {@link #greet}: publishes at the rate from now on. */
  public void start() {
    gateways.forEach(Gateway::start);
  }

  /**
   * Throws what has gone wrong with a gateway.
   *
   * @throws IllegalStateException the first failure
   */
  public void throwFailure() {
    for (Gateway gateway : gateways) {
      RuntimeException failure = gateway.failure();
      if (failure != null) {
        throw new IllegalStateException("Sensors cannot publish: " + failure.getMessage(), failure);
      }
    }
  }

  /** Ends publishing, and waits until the broker has acknowledged what was published. */
  public void stop() throws InterruptedException {
    gateways.forEach(Gateway::stop);
    for (Gateway gateway : gateways) {
      gateway.awaitEnd();
    }
  }
}
