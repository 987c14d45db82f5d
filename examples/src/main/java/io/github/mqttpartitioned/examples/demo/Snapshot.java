// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the view shows at one moment.
 *
 * @param broker where the messages come from
 * @param elapsed since the sensors began
 * @param sums messages published, processed and so on
 * @param lag most messages that were published and not yet processed since the view before
 * @param publishedRates messages per second over the last times, the latest last
 * @param processedRates the same for messages processed
 * @param connected members that are connected
 * @param storedBytes disk that the connector's stores take
 * @param batch the last micro-batch
 * @param halls what they are like
 * @param readings the latest of some devices
 */
record Snapshot(
    String broker,
    Duration elapsed,
    Tally.Sums sums,
    long lag,
    List<Double> publishedRates,
    List<Double> processedRates,
    int connected,
    long storedBytes,
    Optional<BatchListener.Batch> batch,
    List<Board.Hall> halls,
    List<BatchCount.Reading> readings) {

  Snapshot {
    publishedRates = List.copyOf(publishedRates);
    processedRates = List.copyOf(processedRates);
    halls = List.copyOf(halls);
    readings = List.copyOf(readings);
  }

  /** What of the lag is explained: messages of two micro-batches, one under way, one to come. */
  private static final double EXPLAINED_SECONDS = 2 * FactoryQuery.INTERVAL_MILLIS / 1e3;

  /** How long it takes to publish as many messages, at the highest rate of late. */
  double lagSeconds() {
    double most = publishedRates.stream().mapToDouble(rate -> rate).max().orElse(0);
    return lag == 0 ? 0 : lag / Math.max(1, most);
  }

  /** Whether the query is no further behind than its micro-batches explain. */
  boolean keepsUp() {
    return lagSeconds() <= EXPLAINED_SECONDS;
  }

  double publishedRate() {
    return last(publishedRates);
  }

  double processedRate() {
    return last(processedRates);
  }

  private static double last(List<Double> rates) {
    return rates.isEmpty() ? 0 : rates.get(rates.size() - 1);
  }
}
