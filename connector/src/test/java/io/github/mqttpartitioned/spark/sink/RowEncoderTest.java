// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.spark.sink;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.option.SinkOptions;
import io.github.mqttpartitioned.option.settings.SinkSettings;
import io.github.mqttpartitioned.sender.Outbox;
import io.github.mqttpartitioned.sender.Sender;
import io.github.mqttpartitioned.sender.SenderListener;
import io.github.mqttpartitioned.sender.SenderPool;
import io.github.mqttpartitioned.sender.SinkException;
import io.github.mqttpartitioned.testkit.TestBroker;
import io.github.mqttpartitioned.testkit.TestBrokers;
import java.util.Collections;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows that no DataFrame of a test could hold. */
@Timeout(180)
class RowEncoderTest {

  private static final int LONGEST_TEXT = 65_535;

  /** So many pairs of the longest texts are more than the 268,435,455 bytes of a packet. */
  private static final int PAIRS = 20_000;

  @Test
  void userPropertiesAboveTheMaximumOfMqttAreAnErrorThatNamesTheRow() throws Exception {
    StructType schema =
        StructType.fromDDL(
            "topic string, payload binary, userProperties array<struct<key: string, value: string>>");
    UTF8String text = UTF8String.fromString("x".repeat(LONGEST_TEXT));
    Object pair = new GenericInternalRow(new Object[] {text, text});
    InternalRow row =
        new GenericInternalRow(
            new Object[] {
              UTF8String.fromString("a"),
              new byte[1],
              new GenericArrayData(Collections.nCopies(PAIRS, pair).toArray())
            });
    try (TestBroker broker = TestBrokers.start()) {
      SinkOptions options = SinkOptions.parse(Map.of("brokerUrl", broker.url()));
      SinkSettings settings = options.settings("encoder");
      RowEncoder encoder = new RowEncoder(SinkLayout.of(schema, options), 0, null);
      Sender sender = SenderPool.ofThisJvm().borrow(settings, 0, "test");
      Outbox outbox = sender.begin(0, SenderListener.NONE);
      assertThatThrownBy(() -> encoder.write(row, outbox))
          .isInstanceOf(SinkException.class)
          .hasMessageContaining(
              "Row 0 of partition 0, topic 'a', has properties of more than 268435455 bytes");
      SenderPool.ofThisJvm().giveBack(sender);
    }
  }
}
