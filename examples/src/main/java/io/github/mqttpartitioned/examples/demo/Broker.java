// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.io.IOException;
import java.util.Optional;

/**
 * The broker of the demo.
 *
 * @param url where it listens
 * @param name for the view
 * @param startedMillis when it was started, if it is ours; 0 for a broker that outlives the demo
 * @param embedded the one that is ours
 */
record Broker(String url, String name, long startedMillis, Optional<EmbeddedBroker> embedded)
    implements AutoCloseable {

  /** The broker that the user names. */
  static Broker at(String url) {
    return new Broker(url, url, 0, Optional.empty());
  }

  /** Starts one of our own. */
  static Broker embedded(DemoDirectory directory) throws IOException {
    EmbeddedBroker broker = EmbeddedBroker.start(directory.broker(), directory.brokerPort());
    return new Broker(
        broker.url(),
        "embedded broker " + broker.url(),
        broker.startedMillis(),
        Optional.of(broker));
  }

  @Override
  public void close() throws IOException {
    if (embedded.isPresent()) {
      embedded.get().close();
    }
  }
}
