package io.github.mqttpartitioned.examples.load;

import java.util.ArrayList;
import java.util.List;

/** All gateways of the factory. Confined to one thread. */
final class Sensors {

  private final List<Gateway> gateways = new ArrayList<>();

  /** Connects them to the broker. */
  Sensors(String url, String run, DemoSettings settings, PublishedMarks marks) {
    for (int hall = 1; hall <= Factory.HALLS; hall++) {
      int rate =
          settings.rate() * hall / Factory.HALLS - settings.rate() * (hall - 1) / Factory.HALLS;
      gateways.add(new Gateway(hall, url, run, rate, settings.qos(), marks));
    }
  }

  void start() {
    gateways.forEach(Gateway::start);
  }

  /**
   * Throws what has gone wrong with a gateway.
   *
   * @throws IllegalStateException the first failure
   */
  void throwFailure() {
    for (Gateway gateway : gateways) {
      RuntimeException failure = gateway.failure();
      if (failure != null) {
        throw new IllegalStateException("Sensors cannot publish: " + failure.getMessage(), failure);
      }
    }
  }

  /** Ends publishing, and waits until the broker has acknowledged what was published. */
  void stop() throws InterruptedException {
    gateways.forEach(Gateway::stop);
    for (Gateway gateway : gateways) {
      gateway.awaitEnd();
    }
  }
}
