// SPDX-License-Identifier: Apache-2.0
/**
 * What the connector measures, and the Prometheus endpoint that shows it.
 *
 * <p>Each meter is declared once, in {@link io.github.mqttpartitioned.metrics.SourceMeter}: name,
 * unit and meaning; the table in the manual comes from there. {@link
 * io.github.mqttpartitioned.metrics.PartitionMeters} are those of a partition that a node hosts,
 * {@link io.github.mqttpartitioned.metrics.ReadMeters} those of the tasks that read it, {@link
 * io.github.mqttpartitioned.metrics.QueryMeters} those of the driver. All are in Micrometer's
 * global registry, so a registry that a user adds there has them, too.
 *
 * <p>No meter costs anything per message. Counts exist by block and by group commit, and a meter
 * reads them when a registry asks.
 *
 * <p>{@link io.github.mqttpartitioned.metrics.MetricsEndpoint} serves {@code /metrics} on the
 * driver; {@link io.github.mqttpartitioned.metrics.ClusterScrape} asks every node for its part.
 * This is the only package that knows Micrometer.
 */
@Internal
@NullMarked
package io.github.mqttpartitioned.metrics;

import io.github.mqttpartitioned.Internal;
import org.jspecify.annotations.NullMarked;
