// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.sender.Outbox;
import io.github.mqttpartitioned.sender.Sender;
import io.github.mqttpartitioned.sender.SenderListener;
import io.github.mqttpartitioned.sender.SenderPool;
import io.github.mqttpartitioned.testkit.Allocation;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a row costs on its way into a packet. */
@Timeout(180)
class RowAllocationTest {

  private static final int TASKS = 10;
  private static final int ROWS = 5_000;

  /** Two views of Spark's, of topic and payload; the compiler of long runs removes them, too. */
  private static final int BYTES_OF_A_ROW = 2 * 32;

  private static final int BYTES_OF_A_TASK = 256 << 10;

  @Test
  void rowIsCopiedIntoItsPacketAndIntoNothingElse() throws Exception {
    StructType schema = StructType.fromDDL("topic string, payload binary");
    InternalRow row =
        UnsafeProjection.create(schema)
            .apply(
                new GenericInternalRow(
                    new Object[] {UTF8String.fromString("row/allocation"), new byte[1_000]}));
    try (TestBroker broker = TestBrokers.start()) {
      SinkOptions options = SinkOptions.parse(Map.of("brokerUrl", broker.url()));
      SinkSettings settings = options.settings("allocation");
      RowEncoder encoder = new RowEncoder(SinkLayout.of(schema, options), 0, null);
      for (int task = 0; task < TASKS; task++) {
        write(settings, encoder, row);
      }
      Allocation allocation = new Allocation();
      for (int task = 0; task < TASKS; task++) {
        write(settings, encoder, row);
      }
      allocation.assertAtMost(TASKS * ((long) ROWS * BYTES_OF_A_ROW + BYTES_OF_A_TASK));
    }
  }

  private static void write(SinkSettings settings, RowEncoder encoder, InternalRow row)
      throws InterruptedException {
    Sender sender = SenderPool.ofThisJvm().borrow(settings, 0, "test");
    Outbox outbox = sender.begin(0, SenderListener.NONE);
    for (int i = 0; i < ROWS; i++) {
      encoder.write(row, outbox);
    }
    outbox.awaitConfirmed();
    SenderPool.ofThisJvm().giveBack(sender);
  }
}
