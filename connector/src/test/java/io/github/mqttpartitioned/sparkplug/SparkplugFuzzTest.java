// SPDX-License-Identifier: Apache-2.0
package io.github.mqttpartitioned.sparkplug;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mqttpartitioned.sparkplug.TahuPayload.Sample;
import io.github.mqttpartitioned.testkit.Allocation;
import io.github.mqttpartitioned.testkit.Mutator;
import io.github.mqttpartitioned.testkit.Seeded;
import io.github.mqttpartitioned.testkit.Soak;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random and mutated bytes are a payload or null, in bounded time and memory. */
class SparkplugFuzzTest {

  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final long MOST_ALLOCATED = 4L << 20;
  private static final long MOST_ALLOCATED_BY_BYTE = 2_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void bytesAreAPayloadOrNull() {
    Seeded.run(1, random -> run(random, Duration.ofSeconds(3)));
  }

  @Tag(Soak.TAG)
  @Test
  void bytesAreAPayloadOrNullForLong() {
    Seeded.run(1, random -> run(random, Soak.duration(Duration.ofMinutes(10))));
  }

  @Test
  void templatesInEachOtherHaveALimit() {
    for (int depth : new int[] {1, 16, 17, 10_000}) {
      byte[] payload = nested(depth);
      SparkplugPayload parsed = SparkplugPayload.parse(payload);
      assertThat(parsed != null).as("%d templates", depth).isEqualTo(depth <= 16);
    }
  }

  /** Two bytes of a payload become an object of many. */
  @Test
  void fieldsHaveALimit() {
    byte[] metrics = new byte[2 * ProtobufCursor.MAX_COUNT];
    for (int at = 0; at < metrics.length; at += 2) {
      metrics[at] = 2 << 3 | 2;
    }
    assertThat(SparkplugPayload.parse(Arrays.copyOf(metrics, 200_000)).metrics()).hasSize(100_000);
    byte[] template = message(2, message(18, metrics));
    assertThat(SparkplugPayload.parse(template)).isNull();
    assertThat(SparkplugPayload.parse(message(2, message(17, message(3, new byte[2_000_001])))))
        .isNull();
  }

  @Test
  void elementsOfAnArrayHaveALimit() {
    byte[] bits = new byte[4 + (1 << 18)];
    for (int count : new int[] {2_000_000, 2_000_001}) {
      ByteBuffer.wrap(bits).order(ByteOrder.LITTLE_ENDIAN).putInt(count);
      assertThat(PackedArray.read(Datatype.BOOLEAN_ARRAY, bits) != null)
          .isEqualTo(count == 2_000_000);
      assertThat(PackedArray.read(Datatype.INT8_ARRAY, new byte[count]) != null)
          .isEqualTo(count == 2_000_000);
      assertThat(PackedArray.read(Datatype.STRING_ARRAY, new byte[count]) != null)
          .isEqualTo(count == 2_000_000);
    }
  }

  private static byte[] nested(int depth) {
    byte[] inner = {};
    for (int i = 0; i < depth; i++) {
      // Field 18 of a metric, and field 2 of a template or of the payload.
      inner = message(2, message(18, inner));
    }
    return inner;
  }

  private static byte[] message(int field, byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    varint(bytes, field << 3 | 2);
    varint(bytes, content.length);
    bytes.writeBytes(content);
    return bytes.toByteArray();
  }

  private static void varint(ByteArrayOutputStream bytes, int number) {
    int rest = number;
    for (; rest > 0x7F; rest >>>= 7) {
      bytes.write((rest & 0x7F) | 0x80);
    }
    bytes.write(rest);
  }

  private static void run(Random random, Duration time) throws Exception {
    List<byte[]> corpus = corpus();
    Mutator mutator = new Mutator(random);
    long cases = 0;
    long readable = 0;
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; cases++) {
      byte[] bytes = mutator.next(corpus);
      try {
        readable += read(bytes) ? 1 : 0;
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            "after " + cases + " cases: " + HexFormat.of().formatHex(bytes), e);
      }
    }
    assertThat(readable).isPositive().isLessThan(cases);
    System.out.printf("%d payloads, %d of them readable, no finding%n", cases, readable);
  }

  private static List<byte[]> corpus() throws Exception {
    List<byte[]> corpus = new ArrayList<>();
    TahuPayload all = new TahuPayload(1_700_000_000_000L, 1);
    int alias = 0;
    for (Sample sample : TahuPayload.samples()) {
      all.born("name", alias, sample.type(), sample.value());
      corpus.add(
          new TahuPayload(1, alias).born("m", alias++, sample.type(), sample.value()).birth());
    }
    corpus.add(all.birth());
    corpus.add(all.data());
    corpus.add(nested(5));
    return corpus;
  }

  /** Reads all there is as each type; returns whether the bytes are a payload. */
  private static boolean read(byte[] bytes) throws Exception {
    long begun = System.nanoTime();
    Allocation allocation = new Allocation();
    SparkplugPayload payload = SparkplugPayload.parse(bytes);
    List<String> texts = new ArrayList<>();
    if (payload != null) {
      for (SparkplugMetric metric : payload.metrics()) {
        Datatype type = metric.datatype();
        Object value = metric.value(type);
        assertThat(
                value == null
                    || value instanceof Long
                    || value instanceof Double
                    || value instanceof Boolean
                    || value instanceof String
                    || value instanceof byte[])
            .isTrue();
        String elements = metric.elements(type);
        if (elements != null) {
          texts.add(elements);
        }
        if (value instanceof String text
            && (type == Datatype.DATA_SET || type == Datatype.TEMPLATE)
            && text.startsWith("{")) {
          texts.add(text);
        }
      }
    }
    allocation.assertAtMost(MOST_ALLOCATED + MOST_ALLOCATED_BY_BYTE * bytes.length);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONGEST);
    for (String text : texts) {
      assertThat(JSON.readTree(text).isContainerNode()).isTrue();
    }
    return payload != null;
  }
}
