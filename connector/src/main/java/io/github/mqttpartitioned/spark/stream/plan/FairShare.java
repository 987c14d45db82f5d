// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream.plan;

/**
 * Divides a budget over partitions: first one message to each, then what is left in proportion to
 * their backlogs. The sum does not exceed the budget, except for the one message that is always
 * allowed. If the budget is less than one message for each, partitions take turns from call to
 * call, so that none waits indefinitely.
 *
 * <p>Confined to one thread.
 */
final class FairShare {

  /** The partition that comes first in the next call. */
  private int turn;

  /**
   * Divides a budget.
   *
   * @param budget in the unit of {@code costs}
   * @param backlogs messages that each partition could give
   * @param costs of one message of each partition, above 0
   * @return messages that each partition may give, at most its backlog
   */
  long[] divide(double budget, long[] backlogs, double[] costs) {
    int partitions = backlogs.length;
    long[] shares = new long[partitions];
    double left = budget;
    int first = turn;
    boolean any = false;
    for (int i = 0; i < partitions; i++) {
      int partition = (first + i) % partitions;
      if (backlogs[partition] == 0) {
        continue;
      }
      if (any && costs[partition] > left) {
        turn = partition;
        return shares;
      }
      shares[partition] = 1;
      left -= costs[partition];
      any = true;
    }
    turn = (first + 1) % partitions;
    double wanted = 0;
    for (int partition = 0; partition < partitions; partition++) {
      wanted += (backlogs[partition] - shares[partition]) * costs[partition];
    }
    if (left <= 0 || wanted == 0) {
      return shares;
    }
    double ratio = Math.min(1, left / wanted);
    for (int partition = 0; partition < partitions; partition++) {
      long more = (long) ((backlogs[partition] - shares[partition]) * ratio);
      shares[partition] += more;
      left -= more * costs[partition];
    }
    // What is left over because shares are rounded down.
    for (int i = 0; i < partitions; i++) {
      int partition = (first + i) % partitions;
      if (shares[partition] < backlogs[partition] && costs[partition] <= left) {
        shares[partition]++;
        left -= costs[partition];
      }
    }
    return shares;
  }
}
