// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.testkit.BareSubscriber;

/**
 * The limit: nothing that takes messages over can be faster on the same socket than one that only
 * steps from packet to packet and answers.
 */
final class BareTaker implements Taker {

  private final BareSubscriber subscriber;

  private BareTaker(BareSubscriber subscriber) {
    this.subscriber = subscriber;
  }

  static BareTaker connect(String url, Load load) {
    return new BareTaker(
        BareSubscriber.subscribe(url, "benchmark-bare", Member.FILTER, load.qos(), load.window()));
  }

  @Override
  public long taken() {
    return subscriber.received();
  }

  @Override
  public void verify() {
    // It keeps nothing that could be looked at.
  }

  @Override
  public void close() {
    subscriber.close();
  }
}
