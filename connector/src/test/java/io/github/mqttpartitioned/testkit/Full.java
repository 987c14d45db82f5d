// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.testkit;

/**
 * The tests that the quick build leaves out: fault series, repetitions of a test with another
 * quality of service, and what starts a cluster or many processes. The Maven profile {@value #TAG}
 * runs them, and all others but the long runs of {@link Soak}.
 */
public final class Full {

  /** The tag of such a test, or of a class of them. */
  public static final String TAG = "full";

  private Full() {}
}
