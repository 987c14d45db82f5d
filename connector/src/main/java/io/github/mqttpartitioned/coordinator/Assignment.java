package io.github.mqttpartitioned.coordinator;

import io.github.mqttpartitioned.model.SourceSettings;
import java.io.Serializable;

/**
 * The order to a node to hold a partition: open its store, connect its member.
 *
 * @param settings of the source
 * @param partition 0 to N - 1
 * @param firstOffset where a store begins that has to be created: the highest offset ever planned
 *     for the partition, so that no offset is ever given twice
 */
public record Assignment(SourceSettings settings, int partition, long firstOffset)
    implements Serializable {}
