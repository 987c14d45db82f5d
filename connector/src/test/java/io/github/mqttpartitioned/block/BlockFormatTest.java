// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mqttpartitioned.block.BlockFormat.Column;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Holds the format still: what fails here is a new version of it, not a test to be adapted. */
class BlockFormatTest {

  /** The block in the javadoc of {@link BlockFormat}. */
  private static final String WORKED_BLOCK =
      """
      4d515042 01000a00 67120000 00000000
      01000000 01000000 b8000000 6fc8f7ff
      08000000 e0c3d6da 01000000 4d478c67
      04000000 c74b6748 04000000 fec2452a
      03000000 a3400bfb 04000000 466800f7
      02000000 c2d99df5 00000000 00000000
      00000000 00000000 09000000 329374dd
      40420f00 00000000 05000000 00000000
      00000000 00000000 03000000 00000000
      612f6200 00000000 02000000 00000000
      68690000 00000000 7463703a 2f2f623a
      31000000 00000000
      """;

  @Test
  void placesStayWhereTheyAre() {
    assertThat(BlockFormat.ORDER).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(BlockFormat.MAGIC)
        .isEqualTo(
            ByteBuffer.wrap("MQPB".getBytes(StandardCharsets.US_ASCII))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt());
    assertThat(BlockFormat.VERSION).isEqualTo((short) 1);
    assertThat(BlockFormat.MAGIC_AT).isEqualTo(0);
    assertThat(BlockFormat.VERSION_AT).isEqualTo(4);
    assertThat(BlockFormat.COLUMNS_AT).isEqualTo(6);
    assertThat(BlockFormat.FIRST_OFFSET_AT).isEqualTo(8);
    assertThat(BlockFormat.COUNT_AT).isEqualTo(16);
    assertThat(BlockFormat.TOPICS_AT).isEqualTo(20);
    assertThat(BlockFormat.LENGTH_AT).isEqualTo(24);
    assertThat(BlockFormat.CRC_AT).isEqualTo(28);
    assertThat(BlockFormat.DIRECTORY_AT).isEqualTo(32);
    assertThat(BlockFormat.HEADER_LENGTH).isEqualTo(112);
  }

  @Test
  void columnsStayInTheirOrder() {
    assertThat(Column.values())
        .containsExactly(
            Column.RECEIVED,
            Column.FLAGS,
            Column.TOPIC_INDEX,
            Column.TOPIC_ENDS,
            Column.TOPIC_BYTES,
            Column.PAYLOAD_ENDS,
            Column.PAYLOAD_BYTES,
            Column.PROPERTY_ENDS,
            Column.PROPERTY_BYTES,
            Column.BROKER);
    assertThat(BlockFormat.COLUMNS).isEqualTo(10);
    int place = 0;
    for (Column column : Column.values()) {
      assertThat(column.lengthAt()).isEqualTo(32 + 8 * place);
      assertThat(column.crcAt()).isEqualTo(36 + 8 * place);
      place++;
    }
  }

  @Test
  void flagsKeepTheirBits() {
    assertThat(BlockFormat.flags(2, false, false)).isEqualTo(0b0010);
    assertThat(BlockFormat.flags(0, true, false)).isEqualTo(0b0100);
    assertThat(BlockFormat.flags(0, false, true)).isEqualTo(0b1000);
    assertThat(BlockFormat.flags(1, true, true)).isEqualTo(0b1101);
  }

  @Test
  void columnsBeginAtMultiplesOfEight() {
    assertThat(BlockFormat.align(0)).isEqualTo(0);
    assertThat(BlockFormat.align(1)).isEqualTo(8);
    assertThat(BlockFormat.align(8)).isEqualTo(8);
    assertThat(BlockFormat.align(Integer.MAX_VALUE)).isEqualTo(1L << 31);
  }

  @Test
  void workedBlockIsWrittenAndReadAsDocumented() {
    BlockBuilder builder = new BlockBuilder("tcp://b:1");
    byte[] topic = "a/b".getBytes(StandardCharsets.UTF_8);
    byte[] payload = "hi".getBytes(StandardCharsets.UTF_8);
    int number = builder.addTopic(topic, 0, topic.length);
    builder.add(1_000_000, BlockFormat.flags(1, true, false), number, payload, 0, 2, 0, 0);

    byte[] bytes = HexFormat.of().parseHex(WORKED_BLOCK.replaceAll("\\s", ""));

    assertThat(HexFormat.of().formatHex(SampleMessage.encode(builder, 4711)))
        .isEqualTo(HexFormat.of().formatHex(bytes));
    Block block = Block.wrap(ByteBuffer.wrap(bytes), "javadoc");
    assertThat(block.firstOffset()).isEqualTo(4711);
    assertThat(block.count()).isEqualTo(1);
    assertThat(block.broker()).isEqualTo("tcp://b:1");
    new SampleMessage(1_000_000, 1, true, false, "a/b", payload, new byte[0]).assertIs(block, 0);
  }

  @Test
  void blockOfVersion1IsStillRead() throws IOException {
    List<SampleMessage> messages = goldenMessages();
    byte[] golden;
    try (InputStream file = BlockFormatTest.class.getResourceAsStream("block-v1.bin")) {
      assertThat(file).as("block-v1.bin").isNotNull();
      golden = file.readAllBytes();
    }
    SampleMessage.assertSame(messages, 123_456_789, Block.wrap(ByteBuffer.wrap(golden), "golden"));
    assertThat(SampleMessage.encode(SampleMessage.builder(messages), 123_456_789))
        .isEqualTo(golden);
  }

  private static List<SampleMessage> goldenMessages() {
    return SampleMessage.list(new Random(1), 50, 10, 40, 30);
  }
}
