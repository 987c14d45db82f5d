// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.option.settings;

/**
 * How the sessions of the members begin and end.
 *
 * @param retainHandling whether retained messages are asked for
 * @param begun the members of the partitions below this number have been connected in an earlier
 *     run, so they may have a session of this source
 * @param endWithQuery whether the sessions end when the query stops, because no later query can
 *     resume them
 */
public record SessionPolicy(RetainHandling retainHandling, int begun, boolean endWithQuery) {

  /** Sessions that outlive the query, of a source that has not run before. */
  public static final SessionPolicy DEFAULT = new SessionPolicy(RetainHandling.IGNORE, 0, false);
}
