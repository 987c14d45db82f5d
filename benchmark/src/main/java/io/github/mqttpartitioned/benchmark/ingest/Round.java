package io.github.mqttpartitioned.benchmark.ingest;

import io.github.mqttpartitioned.benchmark.report.Scratch;

/** Placeholder until the firehose is here. */
final class Round {
  private Round() {}

  static double measure(Side side, Load load, Scratch scratch) throws Exception {
    throw new UnsupportedOperationException(side + " " + load + " " + scratch);
  }
}
