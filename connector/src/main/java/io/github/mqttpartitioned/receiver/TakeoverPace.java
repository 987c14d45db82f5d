// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Recognises by pace that a member of another query has the same client id. A broker ends the older
 * of two connections with one client id ([MQTT-3.1.4-3]), but some do not say why (0x8E): Mosquitto
 * before 2.0.15, for example. Then each of the two members waits and takes the session back.
 *
 * <p>Both wait as {@link Backoff} says. So the connections of one live as long as the pauses of the
 * other: each of them a little longer than the one before, and about as long as its own pauses,
 * which double. A link that fails does not do that. Confined to the receiver thread.
 */
final class TakeoverPace {

  /** This many connections in a row show the pattern. */
  static final int CONNECTIONS = 6;

  /** What a member takes to connect: a connection lives that much longer than the other's pause. */
  private static final Duration CONNECT = Duration.ofMillis(600);

  /**
   * A pause is random between half of its limit and its limit. The two members differ by a step.
   */
  private static final int SPREAD = 4;

  private record Round(Duration pauseBefore, Duration lived) {}

  private final Deque<Round> rounds = new ArrayDeque<>();
  private Duration pause = Duration.ZERO;

  /** The member waits this long before it connects again. */
  void pausing(Duration next) {
    pause = next;
  }

  /**
   * A connection has ended.
   *
   * @param lived how long it was usable
   * @return whether another client uses the client id
   */
  boolean isAnother(MemberException cause, Duration lived) {
    Round round = new Round(pause, lived);
    boolean goesOn = cause.isLost() && !lived.isZero() && fits(round);
    if (goesOn && !rounds.isEmpty()) {
      Round last = rounds.getLast();
      goesOn = grows(last.lived, lived) && grows(last.pauseBefore, round.pauseBefore);
    }
    if (!goesOn) {
      rounds.clear();
    }
    rounds.add(round);
    return rounds.size() >= CONNECTIONS
        && lived.compareTo(rounds.getFirst().lived.multipliedBy(3)) > 0;
  }

  private static boolean grows(Duration before, Duration now) {
    return now.compareTo(before) >= 0;
  }

  private static boolean fits(Round round) {
    Duration most = round.pauseBefore.multipliedBy(SPREAD).plus(CONNECT);
    return round.lived.compareTo(most) <= 0
        && round.lived.multipliedBy(SPREAD).compareTo(round.pauseBefore) >= 0;
  }
}
