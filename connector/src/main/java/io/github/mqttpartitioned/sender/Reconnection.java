// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sender;

import io.github.mqttpartitioned.mqtt.Backoff;
import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.mqtt.packet.ReasonCode.Passes;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import java.time.Duration;

/**
 * Decides whether a sender connects again when a connection has ended, when, and at which URL. It
 * ends when its broker is away for longer than {@code connectTimeout}, for each of its URLs. The
 * time between connections adds up until one of them has confirmed a message, so that a broker that
 * accepts a sender and then cuts it off is away, too.
 *
 * <p>Confined to the sender thread.
 */
final class Reconnection {

  private final EntryPoints entryPoints;
  private final Backoff backoff;
  private final Duration patience;
  private boolean connectedOnce;

  /** Since when the broker has been away; time with a connection does not count. */
  private long awaySince = System.nanoTime();

  private long connectedAt;

  /** How long the last connection was usable. */
  private Duration lived = Duration.ZERO;

  Reconnection(SinkSettings settings, EntryPoints entryPoints, Backoff backoff) {
    this.entryPoints = entryPoints;
    this.backoff = backoff;
    this.patience = settings.connectTimeout().multipliedBy(entryPoints.count());
  }

  /** Whether the sender has been connected: its broker then has its session. */
  boolean connectedOnce() {
    return connectedOnce;
  }

  /** The broker has accepted the connection. */
  void connected() {
    connectedOnce = true;
    connectedAt = System.nanoTime();
  }

  /**
   * A connection that the broker had accepted has ended.
   *
   * @param worked whether it has confirmed a message, or had none to confirm
   */
  void disconnected(boolean worked) {
    long now = System.nanoTime();
    lived = Duration.ofNanos(now - connectedAt);
    awaySince = worked ? now : awaySince + lived.toNanos();
  }

  /**
   * The wait before the next attempt. Each URL is tried once more at the end of the broker's time.
   *
   * @throws SinkException the cause, if there is to be no other attempt
   */
  Duration waitAfter(SinkException lost) {
    Duration usable = lived;
    lived = Duration.ZERO;
    boolean wasElsewhere = entryPoints.isElsewhere();
    boolean isAnother =
        entryPoints.follow(lost.elsewhere())
            || (lost.passes() != Passes.NEVER && entryPoints.next());
    if (isAnother && backoff.mayHurry(usable)) {
      return Duration.ZERO;
    }
    Duration left = patience.minusNanos(System.nanoTime() - awaySince);
    // What goes wrong at a server that the broker has named does not say that the settings are.
    if (!lost.passes().isExpected(connectedOnce || wasElsewhere)
        || left.isNegative()
        || left.isZero()) {
      throw lost;
    }
    Duration wait = backoff.next(usable);
    return wait.compareTo(left) < 0 ? wait : left;
  }
}
