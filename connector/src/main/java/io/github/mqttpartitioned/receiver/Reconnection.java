// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.receiver;

import io.github.mqttpartitioned.mqtt.Backoff;
import io.github.mqttpartitioned.mqtt.EntryPoints;
import io.github.mqttpartitioned.receiver.PartitionStatus.Counts;
import io.github.mqttpartitioned.store.StoreException;
import java.time.Duration;

/**
 * Decides whether a member connects again when a connection has ended, when, and at which URL. A
 * member that has never been connected tries for {@code connectTimeout} at each URL. One that has
 * been connected tries indefinitely, unless the end cannot pass.
 *
 * <p>Confined to the receiver thread.
 */
final class Reconnection {

  /** A client that takes the session over twice within this time is not the former host. */
  private static final Duration TAKEOVERS = Duration.ofMinutes(1);

  private final MemberContext member;
  private final boolean connectedBefore;
  private final Backoff backoff;
  private final EntryPoints entryPoints;

  /** Whether the last connection was where the broker had sent the member. */
  private boolean wasElsewhere;

  private final TakeoverPace takeovers = new TakeoverPace();
  private long takenBackAt = System.nanoTime() - TAKEOVERS.toNanos();
  private long mustConnectBy;

  /**
   * @param connectedBefore whether an earlier host has been connected
   */
  Reconnection(
      MemberContext member, boolean connectedBefore, Backoff backoff, EntryPoints entryPoints) {
    this.member = member;
    this.connectedBefore = connectedBefore;
    this.backoff = backoff;
    this.entryPoints = entryPoints;
    this.mustConnectBy = connectLimit();
  }

  /** The member at the URL that it connects to next. */
  MemberContext here() {
    return member.at(entryPoints.current());
  }

  /** Begins with the shortest wait and a new time limit. */
  void beginAgain() {
    mustConnectBy = connectLimit();
    backoff.reset();
  }

  /** Each URL has the time that an attempt may take. */
  private long connectLimit() {
    return System.nanoTime() + member.settings().connectTimeout().toNanos() * entryPoints.count();
  }

  /**
   * Goes where a broker's cluster sends the member, and returns whether it has sent it anywhere.
   */
  boolean follows(RuntimeException end) {
    return end instanceof MemberException sent && entryPoints.follow(sent.elsewhere());
  }

  /** Goes on to the next URL, and returns whether it was not tried since the last wait. */
  boolean triesNextUrl(RuntimeException end) {
    wasElsewhere = entryPoints.isElsewhere();
    return entryPoints.next()
        && end instanceof MemberException failure
        && !failure.isSameEverywhere();
  }

  /** As {@link Backoff#mayHurry}. */
  boolean mayHurry(Duration lived) {
    return backoff.mayHurry(lived);
  }

  /**
   * Notes the end of a connection.
   *
   * @param lived how long it was usable
   * @return what it means after those before it
   */
  RuntimeException cause(RuntimeException end, Duration lived) {
    return end instanceof MemberException lost && takeovers.isAnother(lost, lived)
        ? MemberException.takenOverByPace(member.settings(), member.partition())
        : end;
  }

  /**
   * The wait before the next attempt.
   *
   * @param lived how long the last connection was usable
   * @throws RuntimeException the cause, if there is to be no other attempt
   */
  Duration waitAfter(RuntimeException cause, Duration lived) {
    Duration wait = backoff.next(lived);
    takeovers.pausing(wait);
    boolean connectedOnce = connectedBefore || member.groupCommit().counts().connections() > 0;
    // What goes wrong at a server that the broker has named does not say that the settings are.
    if (!mayPass(cause, connectedOnce || wasElsewhere)
        || (!connectedOnce && System.nanoTime() + wait.toNanos() - mustConnectBy >= 0)) {
      throw cause;
    }
    if (cause instanceof MemberException refused && refused.isRefusal()) {
      member.groupCommit().count(Counts.REFUSAL);
    }
    return wait;
  }

  private boolean mayPass(RuntimeException cause, boolean connectedOnce) {
    if (!(cause instanceof MemberException failure)) {
      return true;
    }
    return failure.passes().isExpected(connectedOnce) || takesBack(failure);
  }

  /**
   * Whether the member takes its session back from the client that has it. A former host that does
   * not know yet that the partition has moved may have connected late. Any other client would take
   * the session again and again.
   */
  private boolean takesBack(MemberException cause) {
    long now = System.nanoTime();
    if (!cause.isTakeover()
        || !member.leaseCheck().mayOverlap()
        || now - takenBackAt < TAKEOVERS.toNanos()
        || !isStoreHeld()) {
      return false;
    }
    takenBackAt = now;
    return true;
  }

  private boolean isStoreHeld() {
    try {
      member.store().requireHeld();
      return true;
    } catch (StoreException.Unusable e) {
      member.log().otherHost(e);
      return false;
    }
  }
}
