// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.stream;

import java.util.LinkedHashMap;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The source's metrics in the query's progress, named as those of Spark's Kafka source, and {@code
 * backlog.<p>} and {@code offsetsLost}.
 */
final class OffsetMetrics {

  private OffsetMetrics() {}

  /**
   * @param consumed by Spark so far, null before the first batch
   * @param latest stored when the batch was planned, null before that
   * @param lost offsets skipped so far
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
