// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.batch;

import static io.github.mqttpartitioned.error.ErrorCondition.MQTT_STORE_ELSEWHERE;

import io.github.mqttpartitioned.cluster.node.Node;
import io.github.mqttpartitioned.spark.vector.DeadLetterColumns;
import io.github.mqttpartitioned.spark.vector.DeadLetterColumns.Letter;
import io.github.mqttpartitioned.store.PartitionStore;
import io.github.mqttpartitioned.store.StoreView;
import io.github.mqttpartitioned.store.lmdb.DeadLetter;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.jspecify.annotations.Nullable;

/** Gives Spark the dead letters of a partition, as one batch. */
final class DeadLetterReader implements PartitionReader<ColumnarBatch> {

  private final BatchPartition part;
  private final StructType schema;
  private @Nullable ColumnarBatch batch;

  DeadLetterReader(BatchPartition part, StructType schema) {
    this.part = part;
    this.schema = schema;
  }

  @Override
  public boolean next() {
    if (batch != null) {
      return false;
    }
    List<Letter> letters =
        letters().stream().map(kept -> new Letter(kept.bytes(), kept.reason())).toList();
    batch =
        new ColumnarBatch(
            DeadLetterColumns.of(schema, letters, part.input().partition()), letters.size());
    return !letters.isEmpty();
  }

  private List<DeadLetter> letters() {
    String sourceId = part.input().sourceId();
    int partition = part.input().partition();
    return Node.ofThisJvm()
        .store(sourceId, partition)
        .map(PartitionStore::deadLetters)
        .orElseGet(
            () -> {
              if (part.directory().isEmpty()) {
                throw new IllegalStateException(
                    MQTT_STORE_ELSEWHERE.message(
                        """
                        The dead letters of partition %d are on another executor. They are read \
                        where the partition is: set spark.locality.wait to a longer time."""
                            .formatted(partition)));
              }
              try (StoreView view =
                  StoreView.open(Path.of(part.directory()), sourceId, partition)) {
                return view.deadLetters();
              }
            });
  }

  @Override
  public ColumnarBatch get() {
    if (batch == null) {
      throw new IllegalStateException("There is no batch: next() has not returned true");
    }
    return batch;
  }

  @Override
  public void close() {
    batch = null;
  }
}
