// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import io.github.mqttpartitioned.spark.stream.plan.SourceOffset;
import java.util.LinkedHashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The source's metrics in the query's progress. Those that Spark's Kafka source has, too, have its
 * names; {@code backlog.<partition>} and {@code offsetsLost} are added.
 */
final class OffsetMetrics {

  private OffsetMetrics() {}

  /**
   * @param consumed what Spark has consumed so far, null before the first batch
   * @param latest what was stored when the last batch was planned, null before the first one
   * @param lost the number of offsets skipped so far
   */
  static Map<String, String> of(
      @Nullable SourceOffset consumed, @Nullable SourceOffset latest, long lost) {
    Map<String, String> metrics = new LinkedHashMap<>();
    if (consumed != null && latest != null) {
      long[] backlog = new long[latest.partitions()];
      for (int partition = 0; partition < backlog.length; partition++) {
        backlog[partition] = Math.max(0, latest.get(partition) - consumed.get(partition));
        metrics.put("backlog." + partition, Long.toString(backlog[partition]));
      }
      LongSummaryStatistics summary = LongStream.of(backlog).summaryStatistics();
      metrics.put("minOffsetsBehindLatest", Long.toString(summary.getMin()));
      metrics.put("maxOffsetsBehindLatest", Long.toString(summary.getMax()));
      metrics.put("avgOffsetsBehindLatest", Double.toString(summary.getAverage()));
    }
    metrics.put("offsetsLost", Long.toString(lost));
    return metrics;
  }
}
