// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.mqttpartitioned.testkit.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockTest {

  @Test
  void readsBackWhatWasBuilt() {
    Seeded.run(
        200,
        random -> {
          BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
          // The same builder again: nothing of the block before may shine through.
          for (int block = 0; block < 3; block++) {
            List<SampleMessage> messages =
                SampleMessage.list(
                    random,
                    1 + random.nextInt(200),
                    1 + random.nextInt(100),
                    random.nextInt(300),
                    random.nextInt(3) * 50);
            builder.clear();
            messages.forEach(message -> message.addTo(builder));
            long offset = random.nextLong() >>> 1;
            SampleMessage.assertSame(messages, offset, wrap(builder, offset));
          }
        });
  }

  @Test
  void keepsEachTopicOnce() {
    Random random = new Random(1);
    List<SampleMessage> messages = SampleMessage.list(random, 20_000, 5_000, 5, 0);
    long topics = messages.stream().map(SampleMessage::topic).distinct().count();

    Block block = wrap(SampleMessage.builder(messages), 0);

    assertThat(block.topicCount()).isEqualTo(topics);
    SampleMessage.assertSame(messages, 0, block);
  }

  @Test
  void keepsMessageLargerThanFullBlock() {
    Random random = new Random(2);
    BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
    for (int size : new int[] {9 << 20, 1, BlockBuilder.FULL_BYTES}) {
      SampleMessage message = SampleMessage.ofSize(size, random);
      message.addTo(builder);
      assertThat(builder.isFull()).isEqualTo(size >= BlockBuilder.FULL_BYTES);
      SampleMessage.assertSame(List.of(message), 7, wrap(builder, 7));
      builder.clear();
    }
  }

  @Test
  void isFullAtItsLimits() {
    BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
    SampleMessage empty = SampleMessage.ofSize(0, new Random(3));
    for (int i = 0; i < BlockBuilder.FULL_MESSAGES; i++) {
      assertThat(builder.isFull()).isFalse();
      empty.addTo(builder);
    }
    assertThat(builder.isFull()).isTrue();
    builder.clear();
    assertThat(builder.isFull()).isFalse();
    assertThat(builder.isEmpty()).isTrue();
  }

  @Test
  void keepsTopicThatNoMessageCameTo() {
    SampleMessage message = SampleMessage.ofSize(5, new Random(4));
    BlockBuilder builder = SampleMessage.builder(List.of(message));
    byte[] topic = "given/up".getBytes(StandardCharsets.UTF_8);
    builder.addTopic(topic, 0, topic.length);

    SampleMessage.assertSame(List.of(message), 0, wrap(builder, 0));
  }

  @Test
  void emptyBlockCannotBeWritten() {
    BlockBuilder builder = new BlockBuilder(SampleMessage.BROKER);
    assertThatThrownBy(() -> builder.encode(0, ByteBuffer.allocate(1 << 10)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void everyTruncationIsFound() {
    byte[] bytes = smallBlock();
    for (int length = 0; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> Block.wrap(cut, "p3, offset 9"))
          .as("cut to %d of %d bytes", length, bytes.length)
          .isInstanceOf(CorruptBlockException.class)
          .hasMessageContaining("p3, offset 9");
    }
    assertThatThrownBy(
            () -> Block.wrap(ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length + 8)), "p3"))
        .isInstanceOf(CorruptBlockException.class);
  }

  @Test
  void everyFlippedBitIsFoundOrDoesNotMatter() {
    List<SampleMessage> messages = smallMessages();
    byte[] bytes = smallBlock();
    int found = 0;
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      try {
        SampleMessage.assertSame(messages, 9, Block.wrap(ByteBuffer.wrap(flipped), "p3"));
      } catch (CorruptBlockException e) {
        assertThat(e).hasMessageStartingWith("[MQTT_BLOCK_CORRUPT] Damaged block in p3");
        found++;
      }
    }
    // All but those between the columns.
    assertThat(found).isGreaterThan(bytes.length * Byte.SIZE * 8 / 10);
  }

  @Test
  void columnThatIsNotReadIsNotChecked() {
    List<SampleMessage> messages = smallMessages();
    byte[] bytes = SampleMessage.encode(SampleMessage.builder(messages), 9);
    Block whole = Block.wrap(ByteBuffer.wrap(bytes), "p3");
    bytes[whole.start(BlockFormat.Column.PAYLOAD_BYTES)] ^= 1;

    Block block = Block.wrap(ByteBuffer.wrap(bytes), "p3");

    assertThat(block.count()).isEqualTo(messages.size());
    assertThat(block.payloadLength(0)).isEqualTo(whole.payloadLength(0));
    assertThatThrownBy(() -> block.payloadStart(0)).isInstanceOf(CorruptBlockException.class);
    assertThatThrownBy(block::verify).isInstanceOf(CorruptBlockException.class);
  }

  private static List<SampleMessage> smallMessages() {
    return SampleMessage.list(new Random(5), 3, 3, 9, 50);
  }

  private static byte[] smallBlock() {
    return SampleMessage.encode(SampleMessage.builder(smallMessages()), 9);
  }

  private static Block wrap(BlockBuilder builder, long offset) {
    return Block.wrap(ByteBuffer.wrap(SampleMessage.encode(builder, offset)), "test");
  }
}
