// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The order that the control plane rests on. */
class ClusterTimeoutsTest {

  @Test
  void nodeIsLostForTheDriverBeforeItsLeaseEnds() {
    assertOrder(
        ClusterTimeouts.LEASE_CHECK,
        ClusterTimeouts.LONG_POLL,
        ClusterTimeouts.SUSPECT,
        ClusterTimeouts.LEASE,
        ClusterTimeouts.FENCED);
    assertThat(ClusterTimeouts.LONG_POLL.multipliedBy(2))
        .as("an answer may be lost")
        .isLessThan(ClusterTimeouts.SUSPECT);
    assertOrder(ClusterTimeouts.CONNECT, ClusterTimeouts.SUSPECT);
  }

  @Test
  void nodeIsFencedAfterTwoLeases() {
    assertThat(ClusterTimeouts.FENCED)
        .isGreaterThanOrEqualTo(ClusterTimeouts.LEASE.multipliedBy(2));
  }

  @Test
  void lateEndOfALeaseIsWithinWhatTheDriverAllows() {
    assertThat(ClusterTimeouts.SUSPECT.plus(ClusterTimeouts.LEASE_CHECK))
        .isLessThan(ClusterTimeouts.LEASE);
  }

  @Test
  void driverWaitsLongerThanTheNodeStops() {
    assertOrder(ClusterTimeouts.STOP, ClusterTimeouts.RELEASE);
  }

  @Test
  void taskWaitsLongerThanAMoveTakes() {
    assertOrder(ClusterTimeouts.SUSPECT.plus(ClusterTimeouts.FENCED), ClusterTimeouts.MOVE);
    assertOrder(ClusterTimeouts.CONNECT, ClusterTimeouts.START, ClusterTimeouts.FIRST_NODES);
    assertOrder(ClusterTimeouts.SUSPECT, ClusterTimeouts.FETCH);
  }

  @Test
  void scrapeIsAnsweredBeforePrometheusGivesUp() {
    assertOrder(ClusterTimeouts.SCRAPE, ClusterTimeouts.NODE_SCRAPE, ClusterTimeouts.PROMETHEUS);
  }

  private static void assertOrder(Duration... shortestFirst) {
    assertThat(shortestFirst).isSorted().doesNotHaveDuplicates();
  }
}
