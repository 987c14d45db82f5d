// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.examples.demo;

import org.apache.spark.util.AccumulatorV2;

/**
 * Brings what tasks have counted to the driver. Spark adds each partition once in an action,
 * however often its task is tried.
 */
final class BatchAccumulator extends AccumulatorV2<BatchCount, BatchCount> {

  private static final long serialVersionUID = 1L;

  private BatchCount count;

  BatchAccumulator(BatchCount count) {
    this.count = count;
  }

  @Override
  public boolean isZero() {
    return count.rows() == 0;
  }

  @Override
  public AccumulatorV2<BatchCount, BatchCount> copy() {
    BatchCount copy = count.empty();
    copy.merge(count);
    return new BatchAccumulator(copy);
  }

  @Override
  public void reset() {
    count = count.empty();
  }

  @Override
  public void add(BatchCount counted) {
    count.merge(counted);
  }

  @Override
  public void merge(AccumulatorV2<BatchCount, BatchCount> other) {
    count.merge(other.value());
  }

  @Override
  public BatchCount value() {
    return count;
  }
}
