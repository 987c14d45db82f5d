// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.vector;

import io.github.mqttpartitioned.block.Block;
import io.github.mqttpartitioned.option.settings.PayloadType;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/**
 * Shows the blocks that one task reads as the columns of {@link MqttColumns}. The row path is the
 * same: {@link ColumnarBatch#getRow} is a row over the columns.
 *
 * <p>Confined to the task's thread.
 */
public final class BlockVectors {

  private final MqttColumns columns;
  private final TopicFields topicFields;
  private long payloadsNotUtf8;

  public BlockVectors(MqttColumns columns) {
    this.columns = columns;
    this.topicFields = new TopicFields(columns);
  }

  /**
   * Rows of a block, valid as long as the block. A column that the query does not read costs
   * nothing: it does not even have its checksum verified.
   *
   * @param partition partition that the block belongs to
   * @param firstRow row of the block that becomes row 0 of the batch
   * @param rows number of rows from there on
   */
  public ColumnarBatch batch(Block block, int partition, int firstRow, int rows) {
    BorrowedBytes bytes = new BorrowedBytes(block.bytes());
    ColumnVector[] message = MessageColumns.of(block, bytes, partition, firstRow, rows);
    if (columns.payloadType() == PayloadType.STRING) {
      message[MessageColumns.PAYLOAD] =
          new PayloadText(block, bytes, firstRow, rows, count -> payloadsNotUtf8 += count);
    }
    List<ColumnVector> all = new ArrayList<>(List.of(message));
    if (columns.includeProperties()) {
      all.addAll(List.of(PropertyColumns.of(block, bytes, firstRow, rows)));
    }
    all.addAll(TopicColumns.of(topicFields, block, bytes, firstRow, rows));
    return new ColumnarBatch(all.toArray(ColumnVector[]::new), rows);
  }

  /**
   * Payloads so far that are null because they are not UTF-8, of batches whose payload was read.
   */
  public long payloadsNotUtf8() {
    return payloadsNotUtf8;
  }
}
