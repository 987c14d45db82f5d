// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.benchmark.ingest;

import java.io.IOException;

/** A connected member that takes messages until it is closed. Confined to one thread. */
interface Taker extends AutoCloseable {

  /** Messages taken over so far; for one that stores, those that are durable. */
  long taken();

  /**
   * Looks whether what was taken is what was sent. Called once, when nothing comes any more.
   *
   * @throws WrongCountException when it is not
   */
  void verify() throws WrongCountException;

  @Override
  void close() throws IOException;
}
