// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.mqtt.credentials;

import java.time.Duration;
import java.time.Instant;

/** When credentials are renewed: a fifth of their life before they end, but at most a minute. */
final class Renewal {

  private static final int FRACTION = 5;
  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(1);

  private Renewal() {}

  /**
   * When credentials are to be renewed.
   *
   * @param now when they were obtained
   * @param end when they end
   * @return between the two, or {@code end} if that is past
   */
  static Instant due(Instant now, Instant end) {
    Duration life = Duration.between(now, end);
    if (life.isNegative()) {
      return end;
    }
    Duration margin = life.dividedBy(FRACTION);
    return end.minus(margin.compareTo(LONGEST_MARGIN) < 0 ? margin : LONGEST_MARGIN);
  }
}
