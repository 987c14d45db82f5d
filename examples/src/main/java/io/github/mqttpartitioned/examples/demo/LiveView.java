// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import io.github.mqttpartitioned.metrics.SourceMeter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Shows how the demo gets on: a panel twice a second in a terminal, else a line every two seconds.
 */
final class LiveView implements AutoCloseable {

  private static final long PANEL_MILLIS = 500;
  private static final long LINE_MILLIS = 2_000;
  private static final long SAMPLE_MILLIS = 50;

  private final Terminal terminal;
  private final Screen screen;
  private final String broker;
  private final Tally tally;
  private final Board board;
  private final BatchListener listener;
  private final RateHistory published = new RateHistory();
  private final RateHistory processed = new RateHistory();
  private long beganNanos = System.nanoTime();
  private long highestLag;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "live-view");
            thread.setDaemon(true);
            return thread;
          });

  LiveView(Terminal terminal, String broker, Tally tally, Board board, BatchListener listener) {
    this.terminal = terminal;
    this.screen = new Screen(terminal.isUnicode());
    this.broker = broker;
    this.tally = tally;
    this.board = board;
    this.listener = listener;
  }

  void start() {
    beganNanos = System.nanoTime();
    noteRates(tally.sums());
    long period = terminal.isInteractive() ? PANEL_MILLIS : LINE_MILLIS;
    ScheduledFuture<?> unusedLag =
        timer.scheduleAtFixedRate(this::noteLag, 0, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
    ScheduledFuture<?> unusedView =
        timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
  }

  private void noteLag() {
    highestLag = Math.max(highestLag, tally.sums().missing());
  }

  private void noteRates(Tally.Sums sums) {
    long now = System.nanoTime();
    published.add(now, sums.published());
    processed.add(now, sums.processed());
  }

  private void show() {
    try {
      Snapshot now = snapshot();
      if (terminal.isInteractive()) {
        terminal.panel(screen.lines(now));
      } else {
        terminal.line(Screen.line(now));
      }
    } catch (RuntimeException e) {
      // The demo goes on without a view of this moment.
      terminal.line("The view cannot be drawn: " + e);
    }
  }

  private Snapshot snapshot() {
    Tally.Sums sums = tally.sums();
    noteRates(sums);
    long lag = Math.max(highestLag, sums.missing());
    highestLag = 0;
    return new Snapshot(
        broker,
        Duration.ofNanos(System.nanoTime() - beganNanos),
        sums,
        lag,
        published.rates(),
        processed.rates(),
        (int) sum(SourceMeter.CONNECTED),
        (long) sum(SourceMeter.STORE_BYTES),
        listener.latest(),
        board.halls(),
        board.readings());
  }

  /** What the connector's own meters say. */
  private static double sum(SourceMeter gauge) {
    return Metrics.globalRegistry.find(gauge.id()).gauges().stream()
        .mapToDouble(Gauge::value)
        .sum();
  }

  /** Shows the last state, and leaves it on the terminal. */
  @Override
  public void close() {
    timer.shutdown();
    try {
      timer.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    highestLag = 0;
    show();
    terminal.endPanel();
  }
}
